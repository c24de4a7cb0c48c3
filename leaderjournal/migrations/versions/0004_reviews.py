"""Days can be searched without taking them apart, months are reviewed, and lean on a key.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reflections", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search_sealed", sa.LargeBinary(), nullable=True))

    op.create_table(
        "leaning_keys",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_leaning_keys_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "first_date", name=op.f("pk_leaning_keys")),
    )
    op.create_table(
        "monthly_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_monthly_reviews_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_reviews")),
        sa.UniqueConstraint(
            "account_id", "month", name=op.f("uq_monthly_reviews_account_id_month")
        ),
    )
    op.create_table(
        "monthly_review_revisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["monthly_reviews.id"],
            name=op.f("fk_monthly_review_revisions_review_id_monthly_reviews"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_review_revisions")),
        sa.UniqueConstraint(
            "review_id", "version", name=op.f("uq_monthly_review_revisions_review_id_version")
        ),
    )


def downgrade() -> None:
    op.drop_table("monthly_review_revisions")
    op.drop_table("monthly_reviews")
    op.drop_table("leaning_keys")
    with op.batch_alter_table("reflections", schema=None) as batch_op:
        batch_op.drop_column("search_sealed")

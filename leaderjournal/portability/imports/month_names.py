"""Names of months and weekdays in the languages in which journals name their files.

They are those of the Unicode CLDR (unicode-org/cldr-json, cldr-dates-full/main/*/ca-gregorian.json)
for English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish and Danish, with
the forms that a date takes (Polish: 5 marca). Babel has them too, but is not installed with Flask
here, and thirty lines do.
"""

import unicodedata
from collections.abc import Mapping

_MONTHS = """
january february march april may june july august september october november december
januar februar marz april mai juni juli august september oktober november dezember
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart april mei juni juli augustus september oktober november december
styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien
stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
janner feber maerz april mai juni juli august sept oktober november dezember
jan feb mar apr may jun jul aug sep oct nov dec
jan feb mrz apr mai jun jul aug sept okt nov dez
janv fevr mar avr mai juin juil aou sep oct nov dec
ene feb mar abr may jun jul ago sept oct nov dic
gen feb mar apr mag giu lug ago set ott nov dic
jan fev mar abr mai jun jul ago set out nov dez
jan feb mrt apr mei jun jul aug sep okt nov dec
sty lut mar kwi maj cze lip sie wrz paz lis gru
"""

_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday
montag dienstag mittwoch donnerstag freitag samstag sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miercoles jueves viernes sabado domingo
lunedi martedi mercoledi giovedi venerdi sabato domenica
segunda terca quarta quinta sexta sabado domingo
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
poniedzialek wtorek sroda czwartek piatek sobota niedziela
mandag tisdag onsdag torsdag fredag lordag sondag
mandag tirsdag onsdag torsdag fredag sonnabend sondag
mon tue wed thu fri sat sun
mon tues weds thurs fri sat sun
"""

_UNCHANGED_BY_UNICODE = str.maketrans("łøæ", "loa")
"""Letters that have no decomposition: środa is found by its accent, poniedziałek is not."""


def fold_words(text: str) -> str:
    """Return `text` in lower case and without accents, with digits and spaces of one kind."""
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", plain).casefold().translate(_UNCHANGED_BY_UNICODE)


def _number_names(table: str, first: int) -> Mapping[str, int]:
    lines = (line.split() for line in table.strip().splitlines())
    return {name: number for names in lines for number, name in enumerate(names, start=first)}


MONTHS = _number_names(_MONTHS, 1)
"""The number of each month, 1 to 12, by its folded name."""

WEEKDAYS = _number_names(_WEEKDAYS, 0)
"""The number of each weekday, 0 for Monday, by its folded name."""

from push_service import push_service, push_service_process  # noqa: F401  # fixtures

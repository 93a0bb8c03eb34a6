"""The embedded stack: PostgreSQL, Valkey and SeaweedFS from wheels, then the service itself, under one supervisor."""

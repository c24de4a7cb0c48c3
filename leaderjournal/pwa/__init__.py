"""The journal as an installable app: manifest, service worker, offline pages."""

"""Where Piccolo finds the engine and the app: PICCOLO_CONF=migrations.piccolo_conf piccolo migrations new seloste --auto."""

from piccolo.conf.apps import AppRegistry

from tenants.database import ENGINE

DB = ENGINE
APP_REGISTRY = AppRegistry(apps=["migrations.piccolo_app"])

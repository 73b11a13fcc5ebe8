"""Everything that is answered over HTTP beside the screens: API, sign-in, gate, probes.

`app.py` puts it together with `launch.routes()`, `launch.middleware()` and `launch.lifespan()`.
"""

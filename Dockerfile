# Two stages: the first gathers what the second runs. No compiler, no root in the second.
FROM python:3.13-slim-bookworm AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /weidian
RUN python -m venv /venv
# LOCK=full adds the libraries of Stripe, WeChat Pay and Alipay, and those of a fast trust run.
ARG LOCK=base
COPY requirements/ requirements/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/$LOCK.txt
COPY . .
# Translations and hashed, compressed static files are made here, once. The values only
# let the settings be read; nothing is connected to.
RUN /venv/bin/python deploy/compile_messages.py \
 && WEIDIAN_SECRET_KEY=build DATABASE_URL=postgres://build/build VALKEY_URL=redis://build \
    /venv/bin/python manage.py collectstatic --no-input -v 0 \
 && rm -rf devstack tests bench deploy docs

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /weidian weidian \
 && install -d -o weidian /srv/media /srv/clicks
COPY --from=build /venv /venv
COPY --from=build /weidian /weidian
WORKDIR /weidian
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=weidian.settings WEIDIAN_MEDIA_ROOT=/srv/media WEIDIAN_CLICK_SPOOL=/srv/clicks
USER weidian
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "2", "--no-ws", "--http", "1", "--respawn-failed-workers", "--workers-kill-timeout", "10", "weidian.wsgi:application"]

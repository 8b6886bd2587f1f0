# syntax=docker/dockerfile:1
# One image for every process: web, workers, beat and commands differ by their command line only (compose.yaml).
FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip \
    /venv/bin/pip install --no-deps --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
# What WeasyPrint loads. Pango does not bring harfbuzz-subset; without it documents take more than twice as long.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /home/portal portal \
    && install -d -o portal -g portal /var/lib/portal/archive /var/lib/portal/exports
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENVIRONMENT=production \
    RUN_DIR=/app/run \
    ARCHIVE_DIR=/var/lib/portal/archive \
    EXPORT_DIR=/var/lib/portal/exports
# Catalogues and static files are made once, here. The values serve this step alone: nothing is contacted or kept.
RUN export SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
        FIELD_KEYS="$(python -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())')" \
        FIELD_INDEX_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(32))')" \
        SITE_URL=https://build.invalid ALLOWED_HOSTS=build.invalid \
        DATABASE_URL=postgresql://build@build.invalid/build REDIS_URL=redis://build.invalid/0 \
        STRIPE_SECRET_KEY=sk_live_build STRIPE_WEBHOOK_SECRET=whsec_build \
    && python manage.py compile_translations \
    && python manage.py collectstatic --noinput --verbosity 0
USER portal
EXPOSE 8000
VOLUME /var/lib/portal/archive /var/lib/portal/exports
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "billing_portal.wsgi:application", "--config", "deploy/gunicorn.py"]

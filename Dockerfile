FROM python:3.11-slim AS packages
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /app/.venv \
    && /app/.venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY package.json package-lock.json .npmrc ./
COPY dam dam
# Browser libraries and words are made here, so that the image that runs holds neither Node's packages nor a compiler.
RUN /app/.venv/bin/python -m dam.web.vendor \
    && /app/.venv/bin/pybabel -q compile -d dam/web/translations \
    && rm -rf node_modules

FROM python:3.11-slim
RUN useradd --system --create-home --home-dir /var/lib/imprimatur --uid 10001 imprimatur \
    && install --directory --owner=10001 --mode=0700 /var/lib/imprimatur-log
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY --from=packages /app/dam dam
COPY config config
COPY workers workers
COPY wsgi.py LICENSE NOTICE ./
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DAM_DATA=/var/lib/imprimatur \
    HOST=0.0.0.0
USER 10001
VOLUME /var/lib/imprimatur
EXPOSE 8000
ENTRYPOINT ["python", "-m", "dam.cli"]
CMD ["web"]

# The packages are built apart, so that the image has neither pip's cache nor a compiler.
FROM python:3.13-slim-bookworm AS packages
WORKDIR /build
COPY requirements/production.txt .
RUN python -m venv /packages \
 && /packages/bin/pip install --no-cache-dir --require-hashes --no-deps -r production.txt

FROM python:3.13-slim-bookworm
# Pango draws the PDF documents.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --no-create-home loanwright \
 && install -d -o loanwright -g loanwright -m 700 /state
COPY --from=packages /packages /packages
ENV PATH=/packages/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /loanwright
COPY . .
# Static files and compiled modules are part of the image: its file system is read-only when it runs.
RUN python manage.py collectstatic --noinput && python -m compileall -q .
USER loanwright
VOLUME /state
EXPOSE 8000
CMD ["gunicorn", "lending.wsgi", "--no-control-socket", "--worker-class=gthread", "--bind=0.0.0.0:8000"]

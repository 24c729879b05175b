# A small image of one binary. On its own it keeps everything in the volume /data; it needs an SMTP
# server, because Kongress does not serve other machines without one:
#
#   docker build -t kongress .
#   docker run -p 8080:8080 -v kongress:/data -e KONGRESS_PUBLIC_URL=https://kongress.example.org \
#     -e KONGRESS_SMTP_URL=smtp+starttls://user:pass@mail.example.org:587 \
#     -e KONGRESS_MAIL_FROM='Kongress <noreply@example.org>' kongress
#
# docker-compose.yml runs it with PostgreSQL and a mail catcher.

FROM rust:1.95-bookworm AS build
# What the vendored OpenSSL (for PostgreSQL over TLS) is configured and built with.
RUN apt-get update \
    && apt-get install -y --no-install-recommends make perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The caches (BuildKit) outlive the build, so a change of one file does not compile the dependencies again;
# they are no part of the image, hence the copy.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin kongress \
    && cp target/release/kongress /usr/local/bin/kongress

# The same Debian as above, so the same libc, the one library that the binary links.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin kongress \
    && install -d -o kongress -g kongress -m 0750 /data
COPY --from=build /usr/local/bin/kongress /usr/local/bin/kongress

# SSL_CERT_FILE: the vendored OpenSSL would look in /usr/local/ssl.
ENV DATABASE_URL=sqlite:/data/kongress.db \
    KONGRESS_LISTEN=0.0.0.0:8080 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt

# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
# Where relative file names land, of `backup` for one, and where kongress.toml is looked for.
WORKDIR /data
VOLUME /data
EXPOSE 8080

# bash opens the connection itself: it is in the image anyway, and curl would bring a dozen libraries
# to keep patched. Any status but 200 from /health/ready is unhealthy.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${KONGRESS_LISTEN##*:} && printf 'GET /health/ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [ \"$status\" = 200 ]"]

ENTRYPOINT ["kongress"]
CMD ["serve"]

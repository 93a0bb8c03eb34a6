#!/bin/sh
# Starts SeaweedFS in its container with every door shut but S3: the servers talk to each other inside the container, on
# loopback, HTTP of master and filer is off, volumes want a signed token made anew at each start.
set -eu
umask 077
home=/data/config
mkdir -p "$home"
token() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
{
  printf '[access]\nui = false\n[filer.expose_directory_metadata]\nenabled = false\n'
  for part in signing signing.read filer_signing filer_signing.read; do
    printf '[jwt.%s]\nkey = "%s"\nexpires_after_seconds = 60\n' "$part" "$(token)"
  done
} > "$home/security.toml"
printf '[master.volume_growth]\ncopy_1 = 1\n' > "$home/master.toml"
printf '{"identities":[{"name":"imprimatur","credentials":[{"accessKey":"%s","secretKey":"%s"}],"actions":["Admin","Read","Write","List","Tagging"]}]}' \
  "$S3_ACCESS_KEY" "$S3_SECRET_KEY" > "$home/identities.json"
exec weed -config_dir="$home" -logtostderr=true server -dir=/data -disableHttp \
  -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.telemetry=false -master.volumeSizeLimitMB=1024 \
  -volume.max=0 -volume.fileSizeLimitMB=1024 -volume.preStopSeconds=1 \
  -filer -filer.exposeDirectoryData=false -filer.disableDirListing=true -filer.allowedOrigins=http://127.0.0.1 \
  -s3 -s3.ip.bind=0.0.0.0 -s3.port=8333 -s3.config="$home/identities.json" -s3.allowedOrigins=http://127.0.0.1 \
  -s3.port.iceberg=0 -s3.port.lance=0 -s3.iam=false -s3.autoCreateBucket=false -s3.allowDeleteBucketNotEmpty=false \
  -webdav=false -iam=false

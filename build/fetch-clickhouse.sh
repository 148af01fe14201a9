#!/usr/bin/env bash
# Fetches the embedded ClickHouse engine (libchdb) by npm into the per-user cache, once: exact version, checked, moved into place as a whole.
# Never fails a build: without npm or network it says so, and the engine's tests are skipped.
set -u
version=26.7.3-stable.1
# SHA-512 of the package's tarball. The other platforms' packages could not be fetched where this was written: npm checks them by the registry's word.
pinned_linux_x64='sha512-XP97mMqnc5tZpKQywR8N7cLTsHNiTmHr30pC5mzo3jWmukjKn2IBa60c2B/gWUNcuFjOMjWoorQICCqBVj5wpw=='

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) package=@chdb/lib-linux-x64-gnu; pinned=$pinned_linux_x64 ;;
  Linux-aarch64) package=@chdb/lib-linux-arm64-gnu; pinned= ;;
  Darwin-arm64) package=@chdb/lib-darwin-arm64; pinned= ;;
  Darwin-x86_64) package=@chdb/lib-darwin-x64; pinned= ;;
  *) echo "K2: no embedded ClickHouse engine for $(uname -s) $(uname -m)"; exit 0 ;;
esac

cache="${XDG_CACHE_HOME:-$HOME/.cache}/k2/chdb"
target="$cache/$version/libchdb.so"
[ -f "$target" ] && exit 0
mkdir -p "$cache" || exit 0

# Parallel builds: one fetches, the others wait for it. A lock older than ten minutes is a dead build's.
lock="$cache/lock"
until mkdir "$lock" 2>/dev/null; do
  [ -f "$target" ] && exit 0
  [ -n "$(find "$lock" -maxdepth 0 -mmin +10 2>/dev/null)" ] && rmdir "$lock" 2>/dev/null
  sleep 1
done
work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"; rmdir "$lock" 2>/dev/null' EXIT
[ -f "$target" ] && exit 0

if ! command -v npm >/dev/null 2>&1; then
  echo 'K2: npm is not installed: the embedded ClickHouse engine is not fetched (README, "ClickHouse: embedded or yours")'
  exit 0
fi
echo "K2: fetching the embedded ClickHouse engine $version by npm (about 180 MB, once per user) ..."
if ! (cd "$work" && npm pack --silent --ignore-scripts "$package@$version" >/dev/null 2>npm.log); then
  echo "K2: the engine could not be fetched: $(tail -n 1 "$work/npm.log" | tr -d '\r' | sed -E 's#https?://[^ ]*##g')"
  exit 0
fi
tarball=$(ls "$work"/*.tgz)
if [ -n "$pinned" ]; then
  actual="sha512-$(openssl dgst -sha512 -binary "$tarball" | openssl base64 -A)"
  if [ "$actual" != "$pinned" ]; then
    echo "K2: the engine's package does not have the pinned checksum and is not used (found $actual)"
    exit 0
  fi
fi
tar -xzf "$tarball" -C "$work" package && mkdir -p "$cache/$version" || exit 0
library=$(ls "$work"/package/libchdb.* | head -n 1)
mv "$library" "$target.new" && mv "$target.new" "$target"
echo "K2: the engine is in $cache/$version"

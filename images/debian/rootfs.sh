#!/bin/sh
# Makes the root file system in $ROOT. The builder sets ROOT, OVERLAY, SUITE, VARIANT, ARCH, KEYRING, and, when there
# are any, MIRROR, SECURITY_MIRROR and SCRIPT (debootstrap's own defaults serve where they are empty).
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# Certificates only where the packages come by https.
case "$MIRROR" in https:*) include=--include=ca-certificates ;; *) include= ;; esac
debootstrap --variant="$VARIANT" --arch="$ARCH" --keyring="$KEYRING" $include "$SUITE" "$ROOT" "$MIRROR" $SCRIPT

cp -R "$OVERLAY/." "$ROOT/"
chown -R 0:0 "$ROOT/etc/apt" "$ROOT/etc/dpkg"
if [ -n "$MIRROR" ]; then
  {
    echo "deb $MIRROR $SUITE main"
    echo "deb $MIRROR $SUITE-updates main"
    if [ -n "$SECURITY_MIRROR" ]; then echo "deb $SECURITY_MIRROR $SUITE-security main"; fi
  } > "$ROOT/etc/apt/sources.list"
fi

# The suite's own packages are as old as its last point release.
printf '#!/bin/sh\nexit 101\n' > "$ROOT/usr/sbin/policy-rc.d"
chmod 755 "$ROOT/usr/sbin/policy-rc.d"
chroot "$ROOT" apt-get update
chroot "$ROOT" apt-get dist-upgrade -y

# Nothing in a container has a reason to become another user.
find "$ROOT" -xdev -type f -perm /6000 -exec chmod ug-s {} +

# What was there before the dpkg rules, and what this machine left.
find "$ROOT/usr/share/doc" -type f ! -name copyright -delete
find "$ROOT/usr/share/doc" -type l -delete
find "$ROOT/usr/share/doc" -type d -empty -delete
for folder in usr/share/man usr/share/info usr/share/locale usr/share/lintian var/lib/apt/lists var/cache/apt var/log tmp; do
  find "$ROOT/$folder" -mindepth 1 -delete
done
mkdir -p "$ROOT/var/cache/apt/archives/partial" "$ROOT/var/lib/apt/lists/partial" "$ROOT/var/log/apt"
rm -f "$ROOT"/var/lib/dpkg/*-old "$ROOT"/var/cache/debconf/*-old "$ROOT/var/cache/ldconfig/aux-cache" "$ROOT"/etc/*-
for file in etc/hostname etc/resolv.conf etc/machine-id; do : > "$ROOT/$file"; done

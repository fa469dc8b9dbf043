# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Two GHashTables, each behind a pthread mutex; callbacks that libfuse runs on many threads. Meson.
source_package=sshfs-fuse
build_packages=(meson libfuse3-dev libglib2.0-dev fuse3 openssh-client python3-pytest)
linked_programs=(build/sshfs)
test_as_root=yes # mounts

field_build() {
    CC=$1 meson setup --buildtype=debugoptimized build && ninja -C build
}

# Needs /dev/fuse and a login without password at localhost; skips what it cannot do.
field_test() {
    cd build && python3 -m pytest test/
}

field_failures() {
    grep '^FAILED' "$1"
}

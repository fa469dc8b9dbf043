# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Two GHashTables without a lock behind callbacks that libfuse runs on many threads. Autotools.
source_package=fuseiso
build_packages=(autoconf automake libfuse-dev libglib2.0-dev zlib1g-dev fuse3 genisoimage)
linked_programs=(src/fuseiso)
test_as_root=yes # mounts

field_build() {
    ./configure CC="$1" CFLAGS='-g -O2' && make
}

# It has no tests of its own. This mounts an image and lets four processes read all of it at once,
# which is what its users do; needs /dev/fuse.
field_test() {
    local i j reader status=0
    mkdir -p tree mount
    for i in {1..40}; do
        mkdir -p "tree/directory$i"
        for j in {1..25}; do echo "$i $j" >"tree/directory$i/file$j"; done
    done
    genisoimage -quiet -R -o image.iso tree
    src/fuseiso -n image.iso mount || return 1
    for reader in {1..4}; do
        diff --recursive --brief tree mount &
    done
    for reader in $(jobs -p); do wait "$reader" || status=1; done
    fusermount -u -z mount || status=1
    return $status
}

field_failures() {
    grep -o '==mapsan: fatal: .*' "$1"
}

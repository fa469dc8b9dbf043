# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Two GHashTables without a lock behind callbacks that libfuse runs on many threads. Autotools.
source_package=fuseiso
build_packages=(autoconf automake libfuse-dev libglib2.0-dev zlib1g-dev)
linked_programs=(src/fuseiso)

field_build() {
    ./configure CC="$1" CFLAGS='-g -O2' && make
}

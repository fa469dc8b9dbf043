# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# A streaming server: AVL trees and lists behind its own wrappers of mutexes and reader/writer locks; workers
# for connections, sources, relays and authentication. Autotools.
source_package=icecast2
build_packages=(libogg-dev libvorbis-dev libxslt1-dev libxml2-dev libcurl4-openssl-dev libtheora-dev
    libspeex-dev libssl-dev pkg-config)
linked_programs=(src/icecast)

field_build() {
    ./configure CC="$1" CFLAGS='-g -O2' && make
}

# It has no tests of its own.
field_test() {
    src/icecast -v
}

field_failures() {
    grep -o '==mapsan: fatal: .*' "$1"
}

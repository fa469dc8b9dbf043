# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# A resolver: hash tables of locked entries in locked bins, red-black trees behind reader/writer locks, all
# through macros over pthread. Autotools.
source_package=unbound
build_packages=(bison flex libevent-dev libexpat1-dev libssl-dev pkg-config)
linked_programs=(unbound)

field_build() {
    ./configure --with-libevent --disable-rpath CC="$1" CFLAGS='-g -O2' && make
}

field_test() {
    make unittest CC="$CC" && ./unittest
}

field_failures() {
    grep -E '==mapsan: fatal: |^assertion failure|FAIL' "$1"
}

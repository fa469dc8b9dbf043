# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# A proxy: one event loop on each of many threads; trees and lists behind spin locks and reader/writer locks
# of its own, made of atomics. Make.
source_package=haproxy
build_packages=(libpcre2-dev libssl-dev liblua5.3-dev)
linked_programs=(haproxy)

field_build() {
    make TARGET=linux-glibc USE_PCRE2=1 USE_OPENSSL=1 USE_LUA=1 LUA_INC=/usr/include/lua5.3 V=1 CC="$1"
}

# Its own tests need a program that Debian does not package.
field_test() {
    ./haproxy -vv && ./haproxy -c -f examples/basic-config-edge.cfg
}

field_failures() {
    grep -o '==mapsan: fatal: .*' "$1"
}

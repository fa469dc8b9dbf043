# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# A hash table of its own, locks for its buckets in an array, a dozen background threads. Autotools.
source_package=memcached
build_packages=(autoconf automake libevent-dev libsasl2-dev libssl-dev libio-socket-ssl-perl)
linked_programs=(memcached)

# CFLAGS as Debian sets them: configure would add -Werror, which clang 19 does not pass even alone.
field_build() {
    ./configure --enable-sasl --enable-tls CC="$1" && make CFLAGS='-g -O2'
}

field_test() {
    rm -f t/whitespace.t # a check of their repository, not of the program
    make test CFLAGS='-g -O2' CC="$CC"
}

field_failures() {
    grep -E '^(t/.*(Wstat|Failed)|not ok)' "$1"
}

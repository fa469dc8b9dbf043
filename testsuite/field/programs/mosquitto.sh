# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# uthash everywhere in a broker of one thread; a client library with nine mutexes in one struct. Make.
source_package=mosquitto
build_packages=(libssl-dev libcjson-dev libcunit1-dev python3 python3-psutil openssl)
linked_programs=(src/mosquitto lib/libmosquitto.so.1 client/mosquitto_pub client/mosquitto_sub
    client/mosquitto_rr plugins/dynamic-security/mosquitto_dynamic_security.so)

# Debian's patch that makes the tests use the installed broker is taken back; it touches tests only.
field_prepare() {
    patch --quiet --reverse --strip=1 <debian/patches/deb-test.patch
}

field_build() {
    make CC="$1" CXX=clang++-19 WITH_DOCS=no
}

# The sum of four suites; --keep-going, because some of the scripts depend on timing.
field_test() {
    local suite status=0
    make -C test ssl || status=1
    for suite in unit broker lib client; do
        make --keep-going -C "test/$suite" test CC="$CC" CXX=clang++-19 WITH_DOCS=no || status=1
    done
    return $status
}

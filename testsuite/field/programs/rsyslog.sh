# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# A log daemon: queues between threads, worker pools, and a host of plugins that it loads. Autotools.
source_package=rsyslog
build_packages=(bison flex autoconf autoconf-archive automake libtool libestr-dev libfastjson-dev uuid-dev
    zlib1g-dev libgcrypt20-dev libcurl4-openssl-dev)
linked_programs=(tools/rsyslogd runtime/.libs/lmnet.so runtime/.libs/lmnetstrms.so runtime/.libs/lmtcpsrv.so
    plugins/imuxsock/.libs/imuxsock.so plugins/imudp/.libs/imudp.so plugins/imtcp/.libs/imtcp.so
    plugins/impstats/.libs/impstats.so plugins/imptcp/.libs/imptcp.so plugins/imfile/.libs/imfile.so)

field_build() {
    ./configure --enable-imfile --enable-imptcp --enable-impstats --disable-libcap-ng CC="$1" CFLAGS='-g -O2' &&
        make
}

field_test() {
    tools/rsyslogd -v
}

field_failures() {
    grep -o '==mapsan: fatal: .*' "$1"
}

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# A media server: a loop, a thread that watches folders, one that announces, a child for each answer. Autotools.
source_package=minidlna
build_packages=(autoconf automake autopoint gettext libavformat-dev libexif-dev libflac-dev libid3tag0-dev
    libjpeg-dev libsqlite3-dev libvorbis-dev)
linked_programs=(minidlnad)

field_build() {
    autoreconf --force --install && ./configure CC="$1" CFLAGS='-g -O2' && make
}

# It has no tests of its own: what is tested is that it starts and says so.
field_test() {
    ./minidlnad -V
}

field_failures() {
    grep -o '==mapsan: fatal: .*' "$1"
}

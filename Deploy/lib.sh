# Shared by the scripts of this directory; sourced, not run.

# The top of the checkout, wherever the script was called from.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$(basename "$0"): $1"
    [ $# -lt 2 ] || say " hint: $2"
    exit 1
}

# Says whether a Debian package is installed.
installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]; }

# Installs those of the named Debian packages that are missing, asking the archive at most once.
require_packages() {
    local package missing=() as_root=()
    command -v dpkg-query >/dev/null || fail "this is not a Debian system" "install yourself: $*"
    for package in "$@"; do installed "$package" || missing+=("$package"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "missing packages: ${missing[*]}" \
            "as root: apt-get install --no-install-recommends ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -q >&2 </dev/null
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}" >&2 </dev/null
}

# Checks the compiler; it does not come from Debian.
require_swift() {
    local found
    command -v swift >/dev/null || fail "no swift found" "install Swift 6.2 or newer from https://swift.org/install"
    found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p')
    case $found in
        [0-5].* | 6.[01]) fail "swift is $found" "install Swift 6.2 or newer from https://swift.org/install" ;;
    esac
}

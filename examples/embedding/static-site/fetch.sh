#!/bin/sh
# A published notice for a static site generator (Hugo, Jekyll, Eleventy, Zola, ...): run it before each build, and include
# FOLDER/notice.html in a page as it is. It asks only for what changed, and keeps the last good copy when it cannot be had.
#
#   sh fetch.sh https://seloste.example.org/n/tenant/notice/fi FOLDER
#
# Keep FOLDER from one build to the next (in the repository, or in the cache of your CI). Needs curl 7.70 or newer.
set -eu
page=$1 folder=$2
origin=$(printf %s "$page" | sed 's|^\(https\{0,1\}://[^/]*\).*|\1|')
mkdir -p "$folder"
cd "$folder"

fetched() {
  # With an empty file for the tag curl asks for everything.
  [ -s notice.html ] && [ -f notice.etag ] || : > notice.etag
  rm -f new.html new.etag
  status=$(curl --fail --location --silent --show-error --max-time 20 --max-filesize 2000000 --etag-compare notice.etag \
    --etag-save new.etag --output new.html --write-out '%{http_code}' "$page.fragment.html") || {
    # Withdrawn by the controller, or taken down: then the text must not stay, and the link leads to what befell it.
    case $status in 410 | 451) rm -f notice.html notice.etag ;; esac
    return 1
  }
  [ -s new.html ] || return 0
  if ! grep -q 'class="seloste' new.html || ! tail -n 1 new.html | grep -q '</\(article\|section\)>'; then
    echo "what came is no notice, or not all of it" >&2
    return 1
  fi
  # Links in it begin at the root of the service.
  sed "s|href=\"/|href=\"$origin/|g" new.html > ready.html
  mv ready.html notice.html
  mv new.etag notice.etag
}

fetched || echo "notice not fetched" >&2
rm -f new.html new.etag
[ -s notice.html ] || printf '<p><a href="%s">%s</a></p>\n' "$page" "$page" > notice.html
cat notice.html

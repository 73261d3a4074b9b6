#!/usr/bin/env bash
# Indexes the sounds that come with Earmark into a library of their own and asks it a few queries.
#
#     demo.sh LIBRARY
set -euo pipefail
cd "$(dirname "$0")/.."
library=$1
earmark=.venv/bin/earmark

"$earmark" index resources/demo_sounds --library "$library" --no-tags
"$earmark" search --queries resources/demo_queries.txt --limit 4 --library "$library"

#!/usr/bin/env bash
# Learns this vocabulary again, byte for byte where the inputs are those of manifest.json (it has their SHA-256): two minutes.
# Needs Debian's python3-jieba and the data of ../shared/data. Usage: models/tokenizer/2026.11.0/learn.sh [OUT]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
version=models/tokenizer/2026.11.0 data=../shared/data
./jianwei simulate --companies 4000 --years 3 --seed 1 --out .jianwei/tokenizer/zh
./jianwei simulate --companies 2000 --years 3 --seed 2 --language en --out .jianwei/tokenizer/en
./jianwei tokenizer learn --size 16000 --out "${1:-$version}" \
  words:/usr/lib/python3/dist-packages/jieba/dict.txt words:$version/business.words.txt \
  ndjson:.jianwei/tokenizer/zh/events.ndjson@2 ndjson:.jianwei/tokenizer/en/events.ndjson@2 \
  yc:$data/yc/changes-2021-2024.ndjson.gz@4 warn:$data/warn/notices-1987-2022.csv.gz@2 \
  --sample tests/Tokenizer.Tests/Samples/news.txt \
  --attribution "words:dict.txt is the dictionary of jieba (github.com/fxsjy/jieba, Copyright 2012-2017 Sun Junyi, MIT License; see NOTICE)" \
  --attribution "yc: yc_company_scraper (github.com/akshaybhalotia/yc_company_scraper, MIT License)" \
  --attribution "warn: warn-notice-register (github.com/bchaps1999/warn-notice-register, Apache License 2.0)" \
  --attribution "business.words.txt and the simulated messages are ours"

#!/bin/sh
# Writes the golden files of this package. None of their bytes come from the package: the headers are typed
# by hand after the description of the format (https://github.com/huggingface/safetensors, README,
# section "Format"), the numbers by hand after IEEE 754, and the checksum is sha256sum's.
#
#   sh make.sh        in this directory; needs printf, sha256sum, head, cut
set -eu

# container HEADER DATA: the length of the header, the header padded with spaces to a multiple of 8, the data.
# Headers here are shorter than 65536 bytes, so two bytes of the length suffice.
container() {
	h=$1
	while [ $((${#h} % 8)) -ne 0 ]; do h="$h "; done
	printf "$(printf '\\%03o\\%03o' $((${#h} % 256)) $((${#h} / 256)))"
	head -c 6 /dev/zero
	printf '%s' "$h"
	printf "$2"
}

# tiny.safetensors: as Encode writes it.
#   s     I64  []      -2
#   none  F32  [0 4]
#   w     F32  [2 3]   0 1 -2, 0.5 -0 +Inf
#   mask  BOOL [3]     true false true
before='{"__metadata__":{"epoch":"12","spikegraph.kind":"weights",'
after='"spikegraph.version":"1"},"s":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"none":{"dtype":"F32","shape":[0,4],"data_offsets":[8,8]},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[32,35]}}'
s='\376\377\377\377\377\377\377\377'
w='\000\000\000\000\000\000\200\077\000\000\000\300\000\000\000\077\000\000\000\200\000\000\200\177'
mask='\001\000\001'
sum=$(container "$before$after" "$s$w$mask" | sha256sum | cut -d ' ' -f 1)
container "$before\"spikegraph.sha256\":\"$sum\",$after" "$s$w$mask" > tiny.safetensors

# plain.safetensors: as another tool may write it. No metadata, blanks, fields in another order, a field
# that we do not know, the header's tensors not in the order of their data, half floats, no alignment.
#   b     U8   [1]     7
#   h     F16  [3]     1 -2 65504
#   x     BF16 [1 2]   1 -2
container '{ "x": {"shape": [1, 2], "dtype": "BF16", "data_offsets": [7, 11], "note": "unknown"},
  "b": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]},
  "h": {"dtype": "F16", "shape": [3], "data_offsets": [1, 7]} }' \
	'\007\000\074\000\300\377\173\200\077\000\300' > plain.safetensors

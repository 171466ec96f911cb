# SPDX-License-Identifier: Apache-2.0
# The rules of the rooms, on lines `FILE LINE HEADER`, one for each `#include <HEADER>`, and lines `FILE 0 -`, one for each
# file. Prints each line that breaks one. `check layers` feeds it.
#
# A room is a folder of include/automix with its sub-rooms. A format is a sub-room `log`, `format`, `json`, `report` or `config`.
#  1. A room includes itself and the rooms that its line below reaches, `json` and `file` only if they stand on its line.
#  2. A format includes what its room may, `json` and `file`, its room, and the formats of rooms that its room may include.
#  3. Outside a format no format is included, but those on the room's line in `formats`.
#  4. `routing/published` and `routing/belief` do not include each other.
#  5. A folder `detail` is included within its own room, by that room's tests and by tests of several rooms (golden, fuzz,
#     benchmarks, program, support). Umbrellas and examples include neither `detail` nor `json` nor `file`.
#  6. Umbrellas are included by no header. all.hpp includes every public header but those of openai, gateway, json and file.
#  7. Definitions, `detail/NAME_inl.hpp`, are included by `NAME.hpp` above them or beside them, by no other header, and by
#     exactly one file of cmake/compiled.
#  8. nlohmann is included under json, openai, gateway and in formats, libcurl in openai, and
#     <regex> nowhere.
BEGIN {
  # ROOM: the rooms on its line. A name with a slash is a format that its ordinary headers may include too.
  rooms["core"] = ""
  rooms["json"] = "core"
  rooms["file"] = "core"
  rooms["text"] = "core"
  rooms["metrics"] = "core"
  rooms["model"] = "core"
  rooms["data"] = "core metrics"
  rooms["context"] = "data text"
  rooms["pomdp"] = "core"
  rooms["routing"] = "data metrics context pomdp"
  rooms["evaluation"] = "routing"
  rooms["verify"] = "text model"
  rooms["live"] = "routing verify evaluation"
  rooms["mixer"] = "evaluation live stream"
  rooms["stream"] = "evaluation"
  rooms["openai"] = "live json"
  rooms["gateway"] = "mixer stream json file"
  # Recording writes and replays logs and calls; the facade loads and saves policies.
  formats["live"] = "data/log live/json file"
  formats["mixer"] = "routing/json"
  formats["gateway"] = "live/json live/config routing/json stream/json stream/log"
  # Models of a models file over HTTP.
  formats["openai"] = "live/config"
}

function report(text) { print place ": " text }

# The rooms that `room` reaches, itself among them, with blanks around each.
function reach(room, i, n, list) {
  if (index(reached, " " room " ")) return
  reached = reached room " "
  n = split(rooms[room], list, " ")
  for (i = 1; i <= n; i++) if (list[i] != "json" && list[i] != "file") reach(list[i])
}

function may_include(room, other) {
  if (!(room in closure)) {
    reached = " "
    reach(room)
    closure[room] = reached
  }
  return index(closure[room], " " other " ") || index(" " rooms[room] " ", " " other " ")
}

# Sets `room`, `format` (empty outside one), `sub` and `private` of a path below include/automix/.
function parse(path, n, part) {
  n = split(path, part, "/")
  room = n == 1 ? "" : part[1]
  sub_room = n > 2 && part[2] != "detail" ? part[2] : ""
  format = sub_room ~ /^(log|format|json|report|config)$/ ? room "/" sub_room : ""
  private = path ~ /\/detail\//
}

function check_header(to, my_room, my_format, my_sub) {
  parse(file)
  my_room = room
  my_format = format
  my_sub = sub_room
  parse(to)
  if (my_room == "") {
    if (private || room == "json" || room == "file") report("an umbrella includes the private header <automix/" to ">")
    if (file == "all.hpp") in_all[to] = 1
    return
  }
  if (!(my_room in rooms)) return
  if (room == "") {
    report("a header includes the umbrella <automix/" to ">")
    return
  }
  if (private && room != my_room) report("room " my_room " includes <automix/" to ">, which is private to " room)
  if (room == "json" || room == "file") {
    if (!my_format && my_room != room && !may_include(my_room, room) && !index(" " formats[my_room] " ", " " room " "))
      report("room " my_room " includes " room ", which is for formats")
    return
  }
  if (!may_include(my_room, room)) report("room " my_room " includes room " room)
  else if (format && format != my_format && !my_format && !index(" " formats[my_room] " ", " " format " "))
    report("room " my_room " includes the format " format " outside a format of its own")
  if (my_room == "routing" && room == "routing" && my_sub sub_room ~ /^(beliefpublished|publishedbelief)$/)
    report("routing/" my_sub " includes routing/" sub_room)
}

{
  place = $1 ":" $2
  file = $1
  header = $3
  where = file ~ /^include\/automix\// ? "include" : file ~ /^examples\// ? "examples" : file ~ /^tests\// ? "tests" : "compiled"
  sub(/^include\/automix\//, "", file)
  own = header ~ /^automix\//
  to = header
  sub(/^automix\//, "", to)
}

header == "-" {
  if (where != "include") next
  exists[file] = 1
  parse(file)
  if (room != "" && !(room in rooms) && !(room in unknown)) {
    unknown[room] = 1
    print "include/automix/" room ": not a room"
  }
  next
}

where == "include" {
  next_of[file] = next_of[file] " " (own ? to : header)
  if (own) {
    check_header(to)
    includer[to] = includer[to] " " file " "
  } else {
    parse(file)
    if (header ~ /^nlohmann\// && format == "" && room !~ /^(json|openai|gateway)$/)
      report("nlohmann belongs to json, openai and the formats")
    if (header ~ /^curl\// && room != "openai") report("libcurl belongs to openai")
    if (header == "regex") report("<regex> is not used: its matchers differ and recurse")
  }
  next
}

where == "compiled" {
  if (to ~ /_inl\.hpp$/) compiled[to]++
  next
}

own {
  parse(to)
  if (where == "examples" && (private || room == "json" || room == "file"))
    report("an example includes the private header <" header ">")
  if (where == "tests" && private) {
    split(file, part, "/")
    if (part[2] != room && part[2] !~ /^(golden|fuzz|benchmarks|program|support)$/)
      report("tests of " part[2] " include <" header ">, which is private to " room)
  }
}

END {
  for (file in exists) {
    parse(file)
    place = "include/automix/" file ":1"
    if (file ~ /_inl\.hpp$/) {
      beside = file
      sub(/_inl\.hpp$/, ".hpp", beside)
      above = beside
      sub(/detail\//, "", above)
      if (includer[file] != " " above " " && includer[file] != " " beside " ")
        report("only <automix/" above "> or <automix/" beside "> has to include these definitions; included by:" includer[file])
      if (compiled[file] != 1) report("definitions in " compiled[file] + 0 " files of cmake/compiled, and not in one")
    } else if ("all.hpp" in exists && room != "" && !private && room !~ /^(openai|gateway|json|file)$/ && !(file in in_all)) {
      report("all.hpp lacks <automix/" file ">")
    }
  }
  for (file in in_all) if (file ~ /^(openai|gateway)\//) print "include/automix/all.hpp:1: includes <automix/" file ">"
  for (file in compiled) if (!(file in exists)) print "cmake/compiled: includes <automix/" file ">, which is not there"
}

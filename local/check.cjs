"use strict";
// Loaded before anything else (`node --require`), and plain JavaScript of any age: it says in one line what
// is missing, where a newer file would fail with a page of its own internals.
var fs = require("fs");
var path = require("path");

var version = process.versions.node.split(".").map(Number);
var problem = "";
if (!fs.existsSync(path.join(__dirname, "..", "node_modules", "wrangler"))) {
  problem = "the packages are not installed; run npm install";
} else if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  problem =
    "this is Node " +
    process.versions.node +
    ", and it takes 22.18; npm install brings one, unless its install scripts are switched off";
}
if (problem !== "") {
  console.error("imprint: " + problem);
  process.exit(1);
}

-- Requests from a template.  After "--" wrk hands us name=value pairs:
--   method, path, body, line (repeated `lines` times inside the body, where it says <lines>),
--   type (content type), token, first (the first number), users, groups, file (one body a line).
-- In the templates <c> is a number that grows, <n> a random user, <id> the id of one,
-- <s> and <sid> the user whose turn it is and <flag> how to switch them, <fid> the one whose turn
-- it is for the floor, which switches others, <m>, <mid>, <g> and <gid> the next pair of a person
-- outside a group and that group, <run> the name of this run.

local option = { method = "GET", type = "application/scim+json", first = "0", lines = "0" }
local bodies = nil
counter = 0

local function uuid(prefix, n)
  return string.format("%s-0000-7000-8000-%012x", prefix, n)
end

local function values(c)
  local users, groups = tonumber(option.users), tonumber(option.groups)
  local n = math.random(1, users)
  local half = math.floor(users / 2)
  local turn = c % half
  local s = 4 * math.floor(turn / 2) + turn % 2 + 1
  local m = half + math.floor(c / groups) % half + 1
  local g = c % groups + 1
  return {
    c = c, n = n, id = uuid("01900000", n), s = s, sid = uuid("01900000", s),
    fid = uuid("01900000", s + 2), flag = tostring((math.floor(c / half) + s) % 2 == 0),
    m = m, mid = uuid("01900000", m), g = g, gid = uuid("01910000", g), run = option.run,
  }
end

local function filled(template)
  local found = nil
  return (string.gsub(template, "<(%a+)>", function(name)
    if name == "lines" then return nil end
    found = found or values(counter)
    return found[name]
  end))
end

local function body()
  if bodies then
    return bodies[counter + 1]
  end
  if not option.line then
    return filled(option.body)
  end
  local parts = {}
  for i = 1, tonumber(option.lines) do
    parts[i] = filled(option.line)
    counter = counter + 1
  end
  return (string.gsub(option.body, "<lines>", function() return table.concat(parts, ",") end))
end

function init(args)
  for _, argument in ipairs(args) do
    local name, value = string.match(argument, "^(%a+)=(.*)$")
    if name then option[name] = value end
  end
  counter = tonumber(option.first)
  math.randomseed(counter + 1)
  wrk.headers["Content-Type"] = option.type
  if option.token then wrk.headers["Authorization"] = "Bearer " .. option.token end
  if option.file then
    bodies = {}
    for text in io.lines(option.file) do bodies[#bodies + 1] = text end
    counter = 0
  end
end

function request()
  if bodies and counter >= #bodies - 64 then
    wrk.thread:stop()
  end
  if bodies and counter >= #bodies then counter = #bodies - 1 end
  local path = filled(option.path)
  local text = (option.body or bodies) and body() or nil
  counter = counter + 1
  return wrk.format(option.method, path, nil, text)
end

local crew = {}

function setup(thread)
  crew[#crew + 1] = thread
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'MEASURED {"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "refused": %d, ' ..
    '"broken": %d, "next": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    crew[1]:get("counter")))
end

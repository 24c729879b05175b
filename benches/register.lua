-- Registers, each time with an address of its own: run, thread and number. Counts what was
-- acknowledged (202); anything else is counted as bad and shown. Settings come by environment:
--
--   TICKETS  ids of ticket types, space-separated, taken in turns
--   RUN      makes addresses of this run its own
--   MOST     stop after so many of each thread; 0: when the time is over

local threads = {}
local tickets = {}
local head = '{"attendees": [{"ticket_type_id": "'
local number = 0

function setup(thread)
   thread:set("id", #threads)
   table.insert(threads, thread)
end

function init(_)
   for ticket in os.getenv("TICKETS"):gmatch("%S+") do table.insert(tickets, ticket) end
   name = os.getenv("RUN") .. "t" .. id
   most = tonumber(os.getenv("MOST") or "0")
   accepted, bad, first_bad = 0, 0, ""
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   number = number + 1
   return wrk.format(nil, nil, nil, head .. tickets[(number - 1) % #tickets + 1] ..
      '", "name": "Kari Nordmann", "email": "' .. string.format("%sn%07d", name, number) ..
      '@example.org", "organisation": "Lørenskog kommune", "position": "Rådgiver"}],' ..
      ' "consents": {"terms": true}, "language": "nb"}')
end

function response(status, _, body)
   if status == 202 then
      accepted = accepted + 1
   else
      bad = bad + 1
      if bad == 1 then first_bad = status .. " " .. body:sub(1, 300) end
   end
   if most > 0 and accepted + bad >= most then wrk.thread:stop() end
end

function done(summary, latency, _)
   local all, wrong = 0, 0
   for _, thread in ipairs(threads) do
      all = all + thread:get("accepted")
      wrong = wrong + thread:get("bad")
      if thread:get("first_bad") ~= "" then io.stderr:write(thread:get("first_bad"), "\n") end
   end
   local errors = summary.errors
   io.write(string.format(
      '{"answers": %d, "seconds": %.6f, "mean_ms": %.3f, "p50_ms": %.3f, "p99_ms": %.3f, "bad": %d}\n',
      all, summary.duration / 1e6, latency.mean / 1e3, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      wrong + errors.connect + errors.read + errors.write + errors.timeout))
end

-- Takes one request out of both buckets of somebody, or out of neither: the generic cell rate algorithm, as in rate.rs.
-- KEYS[1]: the buckets. ARGV: now, in seconds and nanoseconds; then depth and interval of the longer bucket and of the shorter one.
-- A moment is two numbers, because one of nanoseconds since 1970 is more than Lua's numbers hold exactly; differences fit.
local now_s, now_ns = tonumber(ARGV[1]), tonumber(ARGV[2])
local held = redis.call('HMGET', KEYS[1], 's', 'ns', 'burst_s', 'burst_ns')

local function ahead(seconds, nanos, depth)
  if not seconds then return 0 end
  local time = (tonumber(seconds) - now_s) * 1e9 + (tonumber(nanos) - now_ns)
  return math.max(0, math.min(time, depth))
end

local function moment(time)
  local nanos = now_ns + time
  return string.format('%.0f', now_s + math.floor(nanos / 1e9)), string.format('%.0f', nanos % 1e9)
end

local depth, interval, burst_depth, burst_interval = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local sustained, burst = ahead(held[1], held[2], depth), ahead(held[3], held[4], burst_depth)
local missing = math.max(sustained + interval - depth, burst + burst_interval - burst_depth)
if missing <= 0 then
  sustained, burst = sustained + interval, burst + burst_interval
  local s, ns = moment(sustained)
  local burst_s, burst_ns = moment(burst)
  redis.call('HSET', KEYS[1], 's', s, 'ns', ns, 'burst_s', burst_s, 'burst_ns', burst_ns)
  -- A full bucket is as good as none. The minute is for nodes whose clocks differ.
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(math.max(sustained, burst) / 1e6) + 60000))
  missing = 0
end
return { missing, sustained, burst }

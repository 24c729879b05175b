-- Reads one address; every answer is a 2xx or 3xx, or the run fails (wrk counts the others itself).
-- Prints one line of JSON at the end.

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      '{"answers": %d, "seconds": %.6f, "mean_ms": %.3f, "p50_ms": %.3f, "p99_ms": %.3f, "bad": %d}\n',
      summary.requests, summary.duration / 1e6, latency.mean / 1e3,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end

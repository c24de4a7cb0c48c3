// Which local day it is for a leader: the date on the clock of their zone, less the hour at which
// their days begin. The rule is that of `kernel/days.py`.
{
  function localDay(at, { time_zone: zone, day_starts_at: startsAt }) {
    const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23",
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    }).formatToParts(at).map(({ type, value }) => [type, value]));
    const date = `${parts.year}-${parts.month}-${parts.day}`;
    return `${parts.hour}:${parts.minute}` < startsAt ? daysAfter(date, -1) : date;
  }

  function daysAfter(date, days) {
    const day = new Date(`${date}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + days);
    return day.toISOString().slice(0, 10);
  }

  self.localDay = localDay;
  self.daysAfter = daysAfter;
}

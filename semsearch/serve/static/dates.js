// Dates are text, compared as text: no zone of any browser moves them by a day.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December"];

const pad = (number, width = 2) => String(number).padStart(width, "0");
const parts = (day) => day.split("-").map(Number);
function utc(day) {
  const [year, month, date] = parts(day);
  const found = new Date(0);
  found.setUTCFullYear(year, month - 1, date);
  return found;
}
const text = (date) => `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
const daysIn = (year, month) => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();

export const isPeriod = (typed) => /^\d{4}(-\d{2}(-\d{2})?)?$/.test(typed ?? "");

export function firstDay(typed) {
  const [year, month = 1, day = 1] = parts(typed);
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

export function lastDay(typed) {
  const [year, month = 12, day] = parts(typed);
  return `${pad(year, 4)}-${pad(month)}-${pad(day ?? daysIn(year, month))}`;
}

export function shifted(day, days) {
  const date = utc(day);
  date.setUTCDate(date.getUTCDate() + days);
  return text(date);
}

export const daysBetween = (first, last) => Math.round((utc(last) - utc(first)) / 86400000) + 1;

export function barName(bar, by) {
  const [year, month, day] = parts(bar.first);
  if (by === "year") return `${year}`;
  if (by === "month") return `${MONTHS[month - 1]} ${year}`;
  return by === "week" ? `week of ${day} ${MONTHS[month - 1]} ${year}` : `${day} ${MONTHS[month - 1]} ${year}`;
}

export const tickName = (bar, by) => by === "year" ? bar.first.slice(0, 4) : by === "month"
  ? `${MONTHS[parts(bar.first)[1] - 1].slice(0, 3)} ${bar.first.slice(0, 4)}` : bar.first;

export function span(first, last) {
  if (first && last) return first === last ? first : `${first} to ${last}`;
  return first ? `from ${first}` : `up to ${last}`;
}

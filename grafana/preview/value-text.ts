/** A value in the unit of its panel, as short as Grafana writes it. */
export function valueText(value: number, unit: string): string {
  switch (unit) {
    case 'percentunit':
      return `${rounded(100 * value)}%`;
    case 'percent':
      return `${rounded(value)}%`;
    case 'bool_yes_no':
      return value === 0 ? 'No' : 'Yes';
    case 's':
      return secondsText(value);
    case 'bytes':
      return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
    case 'Bps':
      return scaled(value, 1000, ['B/s', 'kB/s', 'MB/s', 'GB/s']);
    case 'hertz':
      return scaled(value, 1000, ['Hz', 'kHz', 'MHz', 'GHz']);
    case 'watt':
      return scaled(value, 1000, ['W', 'kW', 'MW']);
    case 'joule':
      return scaled(value, 1000, ['J', 'kJ', 'MJ', 'GJ']);
    case 'celsius':
      return `${rounded(value)} °C`;
    case 'reqps':
      return `${rounded(value)} req/s`;
    case 'ops':
      return `${rounded(value)} ops/s`;
    default:
      return rounded(value);
  }
}

function secondsText(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0 || size >= 1) {
    return `${rounded(seconds)} s`;
  }
  return size >= 1e-3 ? `${rounded(1e3 * seconds)} ms` : `${rounded(1e6 * seconds)} µs`;
}

function scaled(value: number, step: number, units: readonly string[]): string {
  const power = value === 0 ? 0 : Math.floor(Math.log(Math.abs(value)) / Math.log(step));
  const place = Math.min(Math.max(power, 0), units.length - 1);
  return `${rounded(value / step ** place)} ${units[place] ?? ''}`;
}

/** Three figures. */
function rounded(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString();
}

//! The currencies that a price may be in. Pure.

/// Codes of ISO 4217, table A.1 ("Current currency and funds code list", SIX Interbank Clearing, 2025), that
/// money is paid in: without funds, bonds, metals, testing and "no currency".
const ACTIVE: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD \
    HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD \
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG \
    QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD \
    TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// Those of them that have no minor unit, and those whose minor unit is a thousandth (the same table); it is
/// a hundredth of all others.
const WHOLE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THOUSANDTHS: &str = "BHD IQD JOD KWD LYD OMR TND";

fn names(list: &str, code: &str) -> bool {
    list.split_whitespace().any(|known| known == code)
}

/// An amount in minor units as a decimal number with a dot: `1250.00`, of yen `125000`.
#[must_use]
pub fn decimal(minor: i64, code: &str) -> String {
    let (digits, unit) = match code {
        _ if names(WHOLE, code) => return minor.to_string(),
        _ if names(THOUSANDTHS, code) => (3, 1000),
        _ => (2, 100),
    };
    format!("{}.{:0digits$}", minor / unit, minor % unit)
}

/// Whether this is the code of a currency that is in use.
#[must_use]
pub fn is_active(code: &str) -> bool {
    names(ACTIVE, code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_are_those_of_the_currency() {
        for (code, shown) in [("NOK", "1250.05"), ("JPY", "125005"), ("KWD", "125.005")] {
            assert_eq!(decimal(125_005, code), shown);
        }
        assert_eq!(decimal(7, "NOK"), "0.07");
        let known = |list: &str| list.split_whitespace().all(is_active);
        assert!(known(WHOLE) && known(THOUSANDTHS));
    }

    #[test]
    fn codes_are_three_letters_each_once_and_in_order() {
        let codes: Vec<&str> = ACTIVE.split_whitespace().collect();
        assert!(codes.iter().all(|code| code.len() == 3));
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
        assert!(is_active("NOK") && is_active("EUR"));
        for unknown in ["XXQ", "XXX", "XAU", "nok", "", "NO", "HRK", "NOK EUR"] {
            assert!(!is_active(unknown), "{unknown}");
        }
    }
}

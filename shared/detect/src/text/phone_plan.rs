//! Numbering plans: which digits make a telephone number that can exist.
//!
//! Seven plans, of the eight countries whose national numbers are found, are known by their first three digits
//! and lengths; the others by their first two digits and lengths. A rare prefix may be wrong in either
//! direction; the matcher asks only whether a number is plausible.
//!
//! **Source:** the number ranges of the ITU's and the regulators' plans, as collected in the metadata of
//! libphonenumber 9 (Apache-2.0).

use super::checksum::value_of_digit;

/// How a number was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// With a plus sign or an international prefix.
    International,
    /// The ten digits of North America, with or without the leading 1.
    NorthAmerican,
    /// With the trunk prefix 0.
    TrunkPrefix,
    /// Without a prefix, or with a country code and no plus sign.
    Bare,
}

/// A country code, and ranges of the three digits that follow: each entry begins a range, its upper half the
/// first of the digits, its lower half the lengths that are in use, bit n for n digits.
struct Plan {
    code: u16,
    ranges: &'static [u32],
}

/// A country code, the lengths in use, and the first two digits in use, a bit each.
struct Outline {
    code: u16,
    lengths: u16,
    heads: u128,
}

/// Whether digits that follow a plus sign are a number.
pub(crate) fn is_international(digits: &[u8]) -> bool {
    (1..=3).any(|length| {
        let Some((code, rest)) = digits.split_at_checked(length) else { return false };
        let code = number_of(code) as u16;
        // The trunk prefix stays in the brackets of "+44 (0)20".
        has_number(code, rest) || rest.strip_prefix(b"0").is_some_and(|rest| has_number(code, rest))
    })
}

/// Whether digits without a plus sign are a number somewhere in the countries whose national numbers are
/// found, and how they are written.
pub(crate) fn is_national(digits: &[u8]) -> Option<Format> {
    let in_plan = |code: u16, digits: &[u8]| plan(code).is_some_and(|plan| plan.has(digits));
    let trunk = digits.strip_prefix(b"0");
    if in_plan(1, digits) || digits.strip_prefix(b"1").is_some_and(|rest| in_plan(1, rest)) {
        return Some(Format::NorthAmerican);
    }
    if trunk.is_some_and(|rest| [33, 44, 49, 55, 91, 972].into_iter().any(|code| in_plan(code, rest))) {
        return Some(Format::TrunkPrefix);
    }
    let abroad = digits.strip_prefix(b"00").or_else(|| digits.strip_prefix(b"011"));
    if abroad.is_some_and(is_international) {
        return Some(Format::International);
    }
    let with_code = PLANS.iter().any(|plan| {
        (1..=3).any(|length| {
            digits
                .split_at_checked(length)
                .is_some_and(|(code, rest)| number_of(code) == u32::from(plan.code) && plan.has(rest))
        })
    });
    (in_plan(55, digits) || in_plan(91, digits) || with_code).then_some(Format::Bare)
}

fn has_number(code: u16, digits: &[u8]) -> bool {
    match plan(code) {
        Some(plan) => plan.has(digits),
        None => OUTLINES
            .binary_search_by_key(&code, |outline| outline.code)
            .is_ok_and(|index| OUTLINES[index].has(digits)),
    }
}

fn plan(code: u16) -> Option<&'static Plan> {
    PLANS.iter().find(|plan| plan.code == code)
}

fn number_of(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, &digit| number * 10 + value_of_digit(digit))
}

fn has_length(lengths: u32, digits: &[u8]) -> bool {
    digits.len() < 16 && lengths >> digits.len() & 1 == 1
}

impl Plan {
    fn has(&self, digits: &[u8]) -> bool {
        let Some(head) = digits.get(..3) else { return false };
        let after = self.ranges.partition_point(|range| range >> 16 <= number_of(head));
        after.checked_sub(1).is_some_and(|index| has_length(self.ranges[index] & 0xffff, digits))
    }
}

impl Outline {
    fn has(&self, digits: &[u8]) -> bool {
        digits.get(..2).is_some_and(|head| self.heads >> number_of(head) & 1 == 1)
            && has_length(u32::from(self.lengths), digits)
    }
}

#[rustfmt::skip]
const PLANS: &[Plan] = &[
    Plan { code: 1, ranges: &[
        0x00c9_0400, 0x00d3_0000, 0x00d4_0400, 0x00dd_0000, 0x00df_0400, 0x00e6_0000, 0x00e7_0400,
        0x00e8_0000, 0x00ea_0400, 0x00ed_0000, 0x00ef_0400, 0x00f1_0000, 0x00f8_0400, 0x00ff_0000,
        0x0100_0400, 0x0102_0000, 0x0104_0400, 0x0105_0000, 0x0106_0400, 0x0108_0000, 0x010b_0400,
        0x010c_0000, 0x010d_0400, 0x010f_0000, 0x0110_0400, 0x0113_0000, 0x0114_0400, 0x0115_0000,
        0x0117_0400, 0x0118_0000, 0x0119_0400, 0x011a_0000, 0x011b_0400, 0x011c_0000, 0x0121_0400,
        0x0122_0000, 0x012d_0400, 0x0136_0480, 0x0137_0000, 0x0138_0400, 0x0142_0000, 0x0143_0400,
        0x0148_0000, 0x0149_0400, 0x014d_0000, 0x014e_0400, 0x014f_0000, 0x0150_0400, 0x0152_0000,
        0x0153_0400, 0x0154_0000, 0x0155_0400, 0x0156_0000, 0x0157_0400, 0x0158_0000, 0x015a_0400,
        0x015c_0000, 0x015e_0400, 0x0163_0000, 0x0168_0400, 0x016a_0000, 0x016b_0400, 0x016e_0000,
        0x016f_0400, 0x0172_0000, 0x017c_0400, 0x017d_0000, 0x017e_0400, 0x017f_0000, 0x0181_0400,
        0x0183_0000, 0x0191_0400, 0x019b_0000, 0x019c_0400, 0x01a4_0000, 0x01a7_0400, 0x01aa_0000,
        0x01ac_0400, 0x01ad_0000, 0x01ae_0400, 0x01b1_0000, 0x01b2_0400, 0x01b4_0000, 0x01b5_0400,
        0x01b7_0000, 0x01b8_0400, 0x01bc_0000, 0x01bd_0400, 0x01be_0000, 0x01bf_0400, 0x01c1_0000,
        0x01c2_0400, 0x01c3_0000, 0x01ca_0400, 0x01cb_0000, 0x01cf_0400, 0x01d1_0000, 0x01d4_0400,
        0x01d7_0000, 0x01d8_0400, 0x01d9_0000, 0x01da_0400, 0x01dc_0000, 0x01de_0400, 0x01e1_0000,
        0x01e4_0400, 0x01e5_0000, 0x01f4_0400, 0x01ff_0000, 0x0200_0400, 0x0217_0000, 0x021b_0400,
        0x021e_0000, 0x0220_0400, 0x0221_0000, 0x0224_0400, 0x0225_0000, 0x0227_0400, 0x0228_0000,
        0x022d_0400, 0x022e_0000, 0x022f_0400, 0x0230_0000, 0x0231_0400, 0x0235_0000, 0x0236_0400,
        0x0238_0000, 0x023a_0400, 0x0240_0000, 0x0241_0400, 0x0242_0000, 0x0243_0400, 0x0247_0000,
        0x0248_0400, 0x024d_0000, 0x0258_0400, 0x0263_0000, 0x0264_0400, 0x026d_0000, 0x026e_0400,
        0x0270_0000, 0x0272_0400, 0x0273_0000, 0x0274_0400, 0x0278_0000, 0x0279_0400, 0x027a_0000,
        0x027c_0400, 0x027d_0000, 0x027f_0400, 0x0282_0000, 0x0285_0400, 0x0288_0000, 0x028a_0400,
        0x028c_0000, 0x0290_0400, 0x0297_0000, 0x029b_0400, 0x029c_0000, 0x029d_0400, 0x029e_0000,
        0x02a0_0400, 0x02a1_0000, 0x02a6_0400, 0x02a7_0000, 0x02a8_0400, 0x02ac_0000, 0x02ae_0400,
        0x02af_0000, 0x02b1_0400, 0x02b2_0000, 0x02bd_0400, 0x02c6_0000, 0x02c8_0400, 0x02d1_0000,
        0x02d4_0400, 0x02d9_0000, 0x02da_0400, 0x02dd_0000, 0x02de_0400, 0x02df_0000, 0x02e1_0400,
        0x02e3_0000, 0x02e4_0400, 0x02e5_0000, 0x02e6_0400, 0x02e8_0000, 0x02eb_0400, 0x02ed_0000,
        0x02f1_0400, 0x02f3_0000, 0x02f5_0400, 0x02f6_0000, 0x02f8_0400, 0x02f9_0000, 0x02fa_0400,
        0x02fc_0000, 0x02fd_0400, 0x02fe_0000, 0x0301_0400, 0x0308_0000, 0x030a_0400, 0x030f_0000,
        0x0311_0400, 0x0314_0000, 0x0320_0400, 0x032b_0000, 0x032c_0400, 0x0336_0000, 0x0339_0400,
        0x033b_0000, 0x033c_0400, 0x0342_0000, 0x0343_0400, 0x0344_0000, 0x0346_0400, 0x0349_0000,
        0x034b_0400, 0x034e_0000, 0x034f_0400, 0x0353_0000, 0x0356_0400, 0x035d_0000, 0x035e_0400,
        0x0364_0000, 0x0366_0400, 0x0367_0000, 0x0368_0400, 0x036a_0000, 0x036c_0400, 0x0370_0000,
        0x0378_0400, 0x0379_0000, 0x0384_0400, 0x038f_0000, 0x0390_0400, 0x0399_0000, 0x039d_0400,
        0x039e_0000, 0x03a0_0400, 0x03a4_0000, 0x03a6_0400, 0x03a7_0000, 0x03a8_0400, 0x03b0_0000,
        0x03b1_0400, 0x03b2_0000, 0x03b3_0400, 0x03b6_0000, 0x03b7_0400, 0x03b9_0000, 0x03ba_0400,
        0x03bb_0000, 0x03bc_0400, 0x03bd_0000, 0x03bf_0400, 0x03c0_0000, 0x03ca_0400, 0x03ce_0000,
        0x03cf_0400, 0x03d0_0000, 0x03d2_0400, 0x03d5_0000, 0x03d7_0400, 0x03db_0000, 0x03dd_0400,
        0x03de_0000,
    ] },
    Plan { code: 33, ranges: &[
        0x0064_0200, 0x0106_0000, 0x0107_0200, 0x0190_0000, 0x019a_0200, 0x024e_0000, 0x024f_0200,
        0x0252_0000, 0x0253_0200, 0x027f_0000, 0x0280_0200, 0x02b2_0000, 0x02b7_0200, 0x02b8_0000,
        0x02ba_0200, 0x02bc_0000, 0x02da_0200, 0x0349_0000, 0x034a_0200, 0x034b_0000, 0x034c_0200,
        0x034d_0000, 0x0352_0200, 0x0366_0000, 0x0370_0200,
    ] },
    Plan { code: 44, ranges: &[
        0x0071_0400, 0x0074_0000, 0x0075_0400, 0x0076_0000, 0x0078_0400, 0x007b_0000, 0x007c_0400,
        0x00ab_0000, 0x00ac_0400, 0x00b5_0000, 0x00b6_0400, 0x00bd_0000, 0x00be_0400, 0x00c7_0000,
        0x00c8_0400, 0x00ca_0000, 0x00cb_0400, 0x00cd_0000, 0x00cf_0400, 0x00d1_0000, 0x00e6_0400,
        0x00e8_0000, 0x00ee_0400, 0x00f2_0000, 0x00f7_0400, 0x00f8_0000, 0x0118_0400, 0x011d_0000,
        0x011e_0400, 0x0125_0000, 0x012c_0400, 0x0136_0000, 0x014a_0400, 0x015e_0000, 0x0172_0400,
        0x017c_0000, 0x0226_0400, 0x023a_0000, 0x02bc_0400, 0x02f8_0000, 0x02fe_0400, 0x02ff_0000,
        0x0302_0400, 0x0320_0600, 0x0321_0000, 0x0328_0400, 0x0329_0000, 0x034a_0400, 0x034e_0000,
        0x0366_0400, 0x036a_0000, 0x0384_0400, 0x0398_0000, 0x03d4_0400, 0x03d9_0000, 0x03dd_0400,
        0x03de_0000,
    ] },
    Plan { code: 49, ranges: &[
        0x0089_0400, 0x008a_0080, 0x008b_0000, 0x0096_0800, 0x0099_0000, 0x009b_0800, 0x00a0_0c00,
        0x00a1_0000, 0x00a2_0c00, 0x00a4_3ff0, 0x00a5_0000, 0x00a8_7ff0, 0x00aa_0c00, 0x00b4_7f00,
        0x00b6_0800, 0x00be_0000, 0x00c9_ffc0, 0x00cf_0000, 0x00d0_ffc0, 0x00f9_0000, 0x00fa_ffc0,
        0x010e_0000, 0x010f_ffc0, 0x0116_0000, 0x0118_ffc0, 0x0120_0000, 0x0122_ffc0, 0x012c_ffe0,
        0x0136_0000, 0x0140_3800, 0x0142_3a00, 0x0143_3800, 0x014a_ffc0, 0x015c_0000, 0x015d_ffc0,
        0x0172_0000, 0x0173_ffc0, 0x017a_0000, 0x017d_ffc0, 0x0185_0000, 0x0186_ffc0, 0x0190_ffe0,
        0x019a_ffc0, 0x019b_0000, 0x019c_ffc0, 0x01c9_0000, 0x01cc_ffc0, 0x01d5_0000, 0x01d6_ffc0,
        0x01de_0000, 0x01df_ffc0, 0x01ea_1fc0, 0x01eb_3fc0, 0x01f1_1fc0, 0x01f2_0000, 0x01f6_ffc0,
        0x01fd_0000, 0x01fe_ffc0, 0x021b_0000, 0x021c_ffc0, 0x0242_0000, 0x0244_ffc0, 0x024d_0000,
        0x024e_ffc0, 0x0256_0000, 0x0258_ffc0, 0x0259_0000, 0x025a_ffc0, 0x0289_0000, 0x028a_ffc0,
        0x0294_0000, 0x0295_ffc0, 0x02a7_0000, 0x02a8_ffc0, 0x02b2_ffe0, 0x02bc_0800, 0x02bd_0000,
        0x02be_ffc0, 0x02c5_0000, 0x02c7_ffc0, 0x02d8_0000, 0x02da_ffc0, 0x02ed_0000, 0x02ee_ffc0,
        0x02f7_0000, 0x02f8_ffc0, 0x0301_0000, 0x0302_ffc0, 0x030a_0000, 0x030c_ffc0, 0x0312_0000,
        0x0316_ffc0, 0x0318_0000, 0x0319_ffc0, 0x031e_0000, 0x0320_fc00, 0x0321_0000, 0x0322_ffc0,
        0x0332_0000, 0x0333_ffc0, 0x0343_0000, 0x0344_ffc0, 0x034f_0000, 0x0352_ffc0, 0x0354_0000,
        0x0355_ffc0, 0x035c_0000, 0x035d_ffc0, 0x0365_0000, 0x0366_ffc0, 0x036f_0000, 0x0370_ffc0,
        0x0373_0000, 0x0374_ffc0, 0x0377_0000, 0x037a_ffe0, 0x0384_0000, 0x038a_ffc0, 0x03be_0000,
        0x03c0_ffc0, 0x03c9_0000, 0x03ca_ffc0, 0x03cf_0000, 0x03d0_ffc0, 0x03d2_0000, 0x03d4_ffc0,
        0x03dc_0000, 0x03de_ffc0, 0x03e6_0000,
    ] },
    Plan { code: 55, ranges: &[
        0x0070_0400, 0x0074_0000, 0x0075_0400, 0x0076_0000, 0x0077_0800, 0x0078_0000, 0x007a_0400,
        0x007e_0000, 0x007f_0400, 0x0080_0000, 0x0081_0800, 0x0082_0000, 0x0084_0400, 0x0088_0000,
        0x0089_0400, 0x008a_0000, 0x008b_0800, 0x008c_0000, 0x008e_0400, 0x0092_0000, 0x0093_0400,
        0x0094_0000, 0x0095_0800, 0x0096_0000, 0x0098_0400, 0x009c_0000, 0x009d_0400, 0x009e_0000,
        0x009f_0800, 0x00a0_0000, 0x00a2_0400, 0x00a6_0000, 0x00a7_0400, 0x00a8_0000, 0x00a9_0800,
        0x00aa_0000, 0x00ac_0400, 0x00b0_0000, 0x00b1_0400, 0x00b2_0000, 0x00b3_0800, 0x00b4_0000,
        0x00b6_0400, 0x00ba_0000, 0x00bb_0400, 0x00bc_0000, 0x00bd_0800, 0x00be_0000, 0x00c0_0400,
        0x00c4_0000, 0x00c5_0400, 0x00c6_0000, 0x00c7_0800, 0x00c8_0000, 0x00d4_0400, 0x00d8_0000,
        0x00d9_0400, 0x00da_0000, 0x00db_0800, 0x00dc_0000, 0x00de_0400, 0x00e2_0000, 0x00e3_0400,
        0x00e4_0000, 0x00e5_0800, 0x00e6_0000, 0x00f2_0400, 0x00f6_0000, 0x00f7_0400, 0x00f8_0000,
        0x00f9_0800, 0x00fa_0000, 0x0110_0400, 0x0114_0000, 0x0115_0400, 0x0116_0000, 0x0117_0800,
        0x0118_0000, 0x011a_0400, 0x011e_0000, 0x011f_0400, 0x0120_0000, 0x0121_0800, 0x0122_0000,
        0x012c_0500, 0x012d_0000, 0x012f_0400, 0x0130_0000, 0x0138_0400, 0x013c_0000, 0x013d_0400,
        0x013e_0000, 0x013f_0800, 0x0140_0000, 0x0142_0400, 0x0146_0000, 0x0147_0400, 0x0148_0000,
        0x0149_0800, 0x014a_0000, 0x014c_0400, 0x0150_0000, 0x0151_0400, 0x0152_0000, 0x0153_0800,
        0x0154_0000, 0x0156_0400, 0x015a_0000, 0x015b_0400, 0x015c_0000, 0x015d_0800, 0x015e_0000,
        0x0160_0400, 0x0164_0000, 0x0165_0400, 0x0166_0000, 0x0167_0800, 0x0168_0000, 0x0174_0400,
        0x0178_0000, 0x0179_0400, 0x017a_0000, 0x017b_0800, 0x017c_0000, 0x017e_0400, 0x0182_0000,
        0x0183_0400, 0x0184_0000, 0x0185_0800, 0x0186_0000, 0x0190_0100, 0x0191_0000, 0x019c_0400,
        0x01a0_0000, 0x01a1_0400, 0x01a2_0000, 0x01a3_0800, 0x01a4_0000, 0x01a6_0400, 0x01aa_0000,
        0x01ab_0400, 0x01ac_0000, 0x01ad_0800, 0x01ae_0000, 0x01b0_0400, 0x01b4_0000, 0x01b5_0400,
        0x01b6_0000, 0x01b7_0800, 0x01b8_0000, 0x01ba_0400, 0x01be_0000, 0x01bf_0400, 0x01c0_0000,
        0x01c1_0800, 0x01c2_0000, 0x01c4_0400, 0x01c8_0000, 0x01c9_0400, 0x01ca_0000, 0x01cb_0800,
        0x01cc_0000, 0x01ce_0400, 0x01d2_0000, 0x01d3_0400, 0x01d4_0000, 0x01d5_0800, 0x01d6_0000,
        0x01d8_0400, 0x01dc_0000, 0x01dd_0400, 0x01de_0000, 0x01df_0800, 0x01e0_0000, 0x01e2_0400,
        0x01e6_0000, 0x01e7_0400, 0x01e8_0000, 0x01e9_0800, 0x01ea_0000, 0x01ec_0400, 0x01f0_0000,
        0x01f1_0400, 0x01f2_0000, 0x01f3_0800, 0x01f4_0600, 0x01f5_0000, 0x0200_0400, 0x0204_0000,
        0x0205_0400, 0x0206_0000, 0x0207_0800, 0x0208_0000, 0x0214_0400, 0x0218_0000, 0x0219_0400,
        0x021a_0000, 0x021b_0800, 0x021c_0000, 0x021e_0400, 0x0222_0000, 0x0223_0400, 0x0224_0000,
        0x0225_0800, 0x0226_0000, 0x0228_0400, 0x022c_0000, 0x022d_0400, 0x022e_0000, 0x022f_0800,
        0x0230_0000, 0x0264_0400, 0x0268_0000, 0x0269_0400, 0x026a_0000, 0x026b_0800, 0x026c_0000,
        0x026e_0400, 0x0272_0000, 0x0273_0400, 0x0274_0000, 0x0275_0800, 0x0276_0000, 0x0278_0400,
        0x027c_0000, 0x027d_0400, 0x027e_0000, 0x027f_0800, 0x0280_0000, 0x0282_0400, 0x0286_0000,
        0x0287_0400, 0x0288_0000, 0x0289_0800, 0x028a_0000, 0x028c_0400, 0x0290_0000, 0x0291_0400,
        0x0292_0000, 0x0293_0800, 0x0294_0000, 0x0296_0400, 0x029a_0000, 0x029b_0400, 0x029c_0000,
        0x029d_0800, 0x029e_0000, 0x02a0_0400, 0x02a4_0000, 0x02a5_0400, 0x02a6_0000, 0x02a7_0800,
        0x02a8_0000, 0x02aa_0400, 0x02ae_0000, 0x02af_0400, 0x02b0_0000, 0x02b1_0800, 0x02b2_0000,
        0x02b4_0400, 0x02b8_0000, 0x02b9_0400, 0x02ba_0000, 0x02bb_0800, 0x02bc_0000, 0x02c8_0400,
        0x02cc_0000, 0x02cd_0400, 0x02ce_0000, 0x02cf_0800, 0x02d0_0000, 0x02dc_0400, 0x02e0_0000,
        0x02e1_0400, 0x02e2_0000, 0x02e3_0800, 0x02e4_0000, 0x02e6_0400, 0x02ea_0000, 0x02eb_0400,
        0x02ec_0000, 0x02ed_0800, 0x02ee_0000, 0x02f0_0400, 0x02f4_0000, 0x02f5_0400, 0x02f6_0000,
        0x02f7_0800, 0x02f8_0000, 0x0304_0400, 0x0308_0000, 0x0309_0400, 0x030a_0000, 0x030b_0800,
        0x030c_0000, 0x0318_0400, 0x031c_0000, 0x031d_0400, 0x031e_0000, 0x031f_0800, 0x0320_0600,
        0x0321_0000, 0x032c_0400, 0x0330_0000, 0x0331_0400, 0x0332_0000, 0x0333_0800, 0x0334_0000,
        0x0336_0400, 0x033a_0000, 0x033b_0400, 0x033c_0000, 0x033d_0800, 0x033e_0000, 0x0340_0400,
        0x0344_0000, 0x0345_0400, 0x0346_0000, 0x0347_0800, 0x0348_0000, 0x034a_0400, 0x034e_0000,
        0x034f_0400, 0x0350_0000, 0x0351_0800, 0x0352_0000, 0x0354_0400, 0x0358_0000, 0x0359_0400,
        0x035a_0000, 0x035b_0800, 0x035c_0000, 0x035e_0400, 0x0362_0000, 0x0363_0400, 0x0364_0000,
        0x0365_0800, 0x0366_0000, 0x0368_0400, 0x036c_0000, 0x036d_0400, 0x036e_0000, 0x036f_0800,
        0x0370_0000, 0x0372_0400, 0x0376_0000, 0x0377_0400, 0x0378_0000, 0x0379_0800, 0x037a_0000,
        0x037c_0400, 0x0380_0000, 0x0381_0400, 0x0382_0000, 0x0383_0800, 0x0384_0600, 0x0385_0000,
        0x0390_0400, 0x0394_0000, 0x0395_0400, 0x0396_0000, 0x0397_0800, 0x0398_0000, 0x039a_0400,
        0x039e_0000, 0x039f_0400, 0x03a0_0000, 0x03a1_0800, 0x03a2_0000, 0x03a4_0400, 0x03a8_0000,
        0x03a9_0400, 0x03aa_0000, 0x03ab_0800, 0x03ac_0000, 0x03ae_0400, 0x03b2_0000, 0x03b3_0400,
        0x03b4_0000, 0x03b5_0800, 0x03b6_0000, 0x03b8_0400, 0x03bc_0000, 0x03bd_0400, 0x03be_0000,
        0x03bf_0800, 0x03c0_0000, 0x03c2_0400, 0x03c6_0000, 0x03c7_0400, 0x03c8_0000, 0x03c9_0800,
        0x03ca_0000, 0x03cc_0400, 0x03d0_0000, 0x03d1_0400, 0x03d2_0000, 0x03d3_0800, 0x03d4_0000,
        0x03d6_0400, 0x03da_0000, 0x03db_0400, 0x03dc_0000, 0x03dd_0800, 0x03de_0000, 0x03e0_0400,
        0x03e4_0000, 0x03e5_0400, 0x03e6_0000, 0x03e7_0800,
    ] },
    Plan { code: 91, ranges: &[
        0x0070_0400, 0x0076_0000, 0x0078_0400, 0x007c_0000, 0x007d_0400, 0x0085_0000, 0x0086_0400,
        0x0087_0000, 0x0088_0400, 0x0089_0000, 0x008a_0400, 0x0093_0000, 0x0094_0400, 0x00a3_0000,
        0x00a4_0400, 0x00aa_0000, 0x00ab_0400, 0x00af_0000, 0x00b0_0400, 0x00ba_0000, 0x00bb_0400,
        0x00c8_0000, 0x00ca_0400, 0x00d0_0000, 0x00d1_0400, 0x00d2_0000, 0x00d3_0400, 0x00dc_0000,
        0x00de_0400, 0x00e4_0000, 0x00e5_0400, 0x00e7_0000, 0x00e8_0400, 0x00ef_0000, 0x00f0_0400,
        0x00f1_0000, 0x00f2_0400, 0x00f9_0000, 0x00fa_0400, 0x00fb_0000, 0x00fd_0400, 0x00fe_0000,
        0x00ff_0400, 0x0108_0000, 0x0109_0400, 0x010e_0000, 0x0111_0400, 0x0118_0000, 0x0119_0400,
        0x012b_0000, 0x012d_0400, 0x012e_0000, 0x013f_0400, 0x0140_0000, 0x0141_0400, 0x0147_0000,
        0x014c_0400, 0x0152_0000, 0x0155_0400, 0x0158_0000, 0x0159_0400, 0x015d_0000, 0x015f_0400,
        0x0165_0000, 0x0167_0400, 0x0176_0000, 0x0177_0400, 0x0186_0000, 0x0192_0400, 0x0198_0000,
        0x019b_0400, 0x019c_0000, 0x019d_0400, 0x01a3_0000, 0x01a5_0400, 0x01ae_0000, 0x01af_0400,
        0x01b6_0000, 0x01ba_0400, 0x01c0_0000, 0x01c3_0400, 0x01c5_0000, 0x01c6_0400, 0x01ca_0000,
        0x01cc_0400, 0x01d0_0000, 0x01d1_0400, 0x01d6_0000, 0x01d7_0400, 0x01e7_0000, 0x01e8_0400,
        0x01e9_0000, 0x01ea_0400, 0x01f4_0000, 0x01ff_0400, 0x0201_0000, 0x0202_0400, 0x0206_0000,
        0x0207_0400, 0x0208_0000, 0x0209_0400, 0x020b_0000, 0x020c_0400, 0x0211_0000, 0x0213_0400,
        0x0219_0000, 0x021e_0400, 0x021f_0000, 0x0220_0400, 0x0223_0000, 0x0224_0400, 0x0226_0000,
        0x0227_0400, 0x0229_0000, 0x022a_0400, 0x022b_0000, 0x022c_0400, 0x022d_0000, 0x0231_0400,
        0x0233_0000, 0x0234_0400, 0x023a_0000, 0x023b_0400, 0x023c_0000, 0x023d_0400, 0x023f_0000,
        0x0245_0400, 0x024d_0000, 0x024f_0400, 0x0251_0000, 0x0252_0400, 0x0253_0000, 0x0254_0400,
        0x0255_0000, 0x0258_0400,
    ] },
    Plan { code: 972, ranges: &[
        0x0097_1800, 0x0098_0000, 0x0099_1800, 0x009a_0000, 0x00c7_0400, 0x00c8_0100, 0x0122_0000,
        0x0123_0100, 0x01f4_0200, 0x01f5_0000, 0x01f6_0200, 0x01ff_0000, 0x0200_0200, 0x0209_0000,
        0x020a_0200, 0x021c_0000, 0x021e_0200, 0x0226_0000, 0x0228_0200, 0x022a_0000, 0x022b_0200,
        0x022c_0000, 0x022d_0200, 0x022e_0000, 0x022f_0200, 0x023a_0000, 0x0247_0200, 0x024c_0000,
        0x0250_0200, 0x0258_0000, 0x02ce_0200, 0x02cf_0000, 0x02d2_0200, 0x02d4_0000, 0x02dc_0200,
        0x02de_0000, 0x02e1_0200, 0x02e2_0000, 0x02eb_0200, 0x02ec_0000, 0x02fa_0200, 0x02fb_0000,
        0x02fd_0200, 0x02fe_0000, 0x0300_0200, 0x0301_0000, 0x0302_0200, 0x030c_0000, 0x030e_0200,
        0x030f_0000, 0x0318_0200, 0x0320_0100,
    ] },
];

#[rustfmt::skip]
const OUTLINES: &[Outline] = &[
    Outline { code: 7, lengths: 0x0400, heads: 0xffcff7dc0000387de40000000 },
    Outline { code: 20, lengths: 0x0700, heads: 0x3b55500374285e1fffff0bc00 },
    Outline { code: 27, lengths: 0x07e0, heads: 0x1cfffffff76fff9f98effc00 },
    Outline { code: 30, lengths: 0x1c00, heads: 0x44a70070000000001fe00000 },
    Outline { code: 31, lengths: 0x0fe0, heads: 0x20db1ffd7efffeb5fe7d7ec00 },
    Outline { code: 32, lengths: 0x0300, heads: 0x76ff40fbbfffec7f1fc9fc00 },
    Outline { code: 34, lengths: 0x0200, heads: 0x7fdff47fff008010000000000 },
    Outline { code: 36, lengths: 0x0300, heads: 0x9ffbdff74cbf7f57ffffffc00 },
    Outline { code: 39, lengths: 0x1fc0, heads: 0x2110000008008ff800b43fe },
    Outline { code: 40, lengths: 0x0240, heads: 0x401ffc00000003e87a00000 },
    Outline { code: 41, lengths: 0x1200, heads: 0xcd3ffb065981a078d600000 },
    Outline { code: 43, lengths: 0x3ff0, heads: 0x2647ff3f6bfdcc5ebe6ff800 },
    Outline { code: 45, lengths: 0x0100, heads: 0xf7fc7ffffffffffdffff00000 },
    Outline { code: 46, lengths: 0x17c0, heads: 0xfffffff7ffffffffffffffc00 },
    Outline { code: 47, lengths: 0x0120, heads: 0xffd27fffde3b9e36b81e003ec },
    Outline { code: 48, lengths: 0x07c0, heads: 0xcbfffffffffdfe8767e7f000 },
    Outline { code: 51, lengths: 0x0300, heads: 0xffcdf1f9fe1781e00000ffc00 },
    Outline { code: 52, lengths: 0x0400, heads: 0xfbfdfffbfed87feeff9d00000 },
    Outline { code: 53, lengths: 0x05c0, heads: 0x81ffc1cfffee0381e00000 },
    Outline { code: 54, lengths: 0x0c00, heads: 0x380300081000007e35c00800 },
    Outline { code: 56, lengths: 0x0e00, heads: 0xffbff0b8bb6b83e0f00c00000 },
    Outline { code: 57, lengths: 0x0d00, heads: 0x440000001000402bc0080000 },
    Outline { code: 58, lengths: 0x0400, heads: 0x4010000100407003fa00000 },
    Outline { code: 60, lengths: 0x0700, heads: 0xffffcff3fcff3fcff000ffc00 },
    Outline { code: 61, lengths: 0x07e0, heads: 0x3e0efc00003fffffffd6000 },
    Outline { code: 62, lengths: 0x1f80, heads: 0x79fef3fc3e1f9ff7fbfe20000 },
    Outline { code: 63, lengths: 0x2740, heads: 0xffffe6d13c1f3fc5f3ff40000 },
    Outline { code: 64, lengths: 0x07e0, heads: 0xff6ffef7ec007fcbf3d7ee800 },
    Outline { code: 65, lengths: 0x0d00, heads: 0x7ffff003ff000000180040000 },
    Outline { code: 66, lengths: 0x0700, heads: 0xfffff3e1ff1f03cff3ffd4400 },
    Outline { code: 81, lengths: 0xfe00, heads: 0xff7fdff7ffff7fcffbfdff801 },
    Outline { code: 82, lengths: 0x0f60, heads: 0x10041f0fc1e03ffef9c00 },
    Outline { code: 84, lengths: 0x0780, heads: 0xffffef0680d9800fffffd5000 },
    Outline { code: 86, lengths: 0x0f80, heads: 0xaefafbfe48ff9efaebbffe400 },
    Outline { code: 90, lengths: 0x3480, heads: 0x72300000ffdfeff9fe00000 },
    Outline { code: 92, lengths: 0x0f00, heads: 0x97c7f059ff7fbf73fe3e01000 },
    Outline { code: 93, lengths: 0x0200, heads: 0xffc3f7fc1f07dff00000 },
    Outline { code: 94, lengths: 0x0200, heads: 0x818067dce92d8a27f8fa01800 },
    Outline { code: 95, lengths: 0x07c0, heads: 0xff07e0ffffff07c003fcff800 },
    Outline { code: 98, lengths: 0x04d0, heads: 0x97cda34842548324c97a22800 },
    Outline { code: 211, lengths: 0x0200, heads: 0xe9800000000000000000c1000 },
    Outline { code: 212, lengths: 0x0200, heads: 0x2017bfff8f8000000000000 },
    Outline { code: 213, lengths: 0x0300, heads: 0x50001e03ff1c37bfffffffc00 },
    Outline { code: 216, lengths: 0x0100, heads: 0xffd04ffc00ffdff91fff00000 },
    Outline { code: 218, lengths: 0x0200, heads: 0x1f93603bbe6f9a6019ff00000 },
    Outline { code: 220, lengths: 0x0280, heads: 0xffffffffffffc3ffffff00000 },
    Outline { code: 221, lengths: 0x0200, heads: 0x2103f9c00000009340000000 },
    Outline { code: 222, lengths: 0x0100, heads: 0x100000003fffffff00000 },
    Outline { code: 223, lengths: 0x0100, heads: 0xffe3dfffff03c110000300000 },
    Outline { code: 224, lengths: 0x0300, heads: 0x106f0000000c0000000 },
    Outline { code: 225, lengths: 0x0400, heads: 0x22000a2 },
    Outline { code: 226, lengths: 0x0100, heads: 0xfffff7fc7000031000fe },
    Outline { code: 227, lengths: 0x0100, heads: 0xfffff34400000000000b00300 },
    Outline { code: 228, lengths: 0x0100, heads: 0xf3c00c3c0000000000fc00000 },
    Outline { code: 229, lengths: 0x0400, heads: 0x2 },
    Outline { code: 230, lengths: 0x0580, heads: 0xb027ffed3ef815db00000 },
    Outline { code: 231, lengths: 0x0380, heads: 0x100303ffffcc4023ff00000 },
    Outline { code: 232, lengths: 0x0100, heads: 0x80501ffc40000000fc2400000 },
    Outline { code: 233, lengths: 0x0300, heads: 0x100000be400ffff900000 },
    Outline { code: 234, lengths: 0x7c00, heads: 0xc0301c00000000000100000 },
    Outline { code: 235, lengths: 0x0100, heads: 0xffce0203ff0000000c0400000 },
    Outline { code: 236, lengths: 0x0100, heads: 0x3f402000000000600000 },
    Outline { code: 237, lengths: 0x0300, heads: 0x100003f4000000001c00000 },
    Outline { code: 238, lengths: 0x0080, heads: 0xffc0100000e38681e1fc00000 },
    Outline { code: 239, lengths: 0x0080, heads: 0xc040000000000000000400000 },
    Outline { code: 240, lengths: 0x0200, heads: 0x40100000080000a00400000 },
    Outline { code: 241, lengths: 0x0180, heads: 0xfffffffffffffff008fe },
    Outline { code: 242, lengths: 0x0200, heads: 0x100000000000000400076 },
    Outline { code: 243, lengths: 0x0780, heads: 0xf0fff003ffffffffffffffc00 },
    Outline { code: 244, lengths: 0x0200, heads: 0xbf8000000000000003ff00000 },
    Outline { code: 245, lengths: 0x0280, heads: 0x3800000000000110000000000 },
    Outline { code: 246, lengths: 0x0080, heads: 0x6000000000 },
    Outline { code: 247, lengths: 0x0060, heads: 0xffffffffffffffffffffffffe },
    Outline { code: 248, lengths: 0x0080, heads: 0x28021000100005c001e600000 },
    Outline { code: 249, lengths: 0x0200, heads: 0x9bc0000000000000000049c00 },
    Outline { code: 250, lengths: 0x0300, heads: 0x401e3000000000016c00040 },
    Outline { code: 251, lengths: 0x0200, heads: 0xffc03e3c00600400202400800 },
    Outline { code: 252, lengths: 0x03c0, heads: 0xff527fffffe83fffffffffc00 },
    Outline { code: 253, lengths: 0x0100, heads: 0x20000000000008200000 },
    Outline { code: 254, lengths: 0x0780, heads: 0x401ffff7ffc7f0000147c00 },
    Outline { code: 255, lengths: 0x0200, heads: 0x451fffef00002001fc00000 },
    Outline { code: 256, lengths: 0x0200, heads: 0x401ffc00003ffffc0100000 },
    Outline { code: 257, lengths: 0x0100, heads: 0xf9bfe0000000a0400000 },
    Outline { code: 258, lengths: 0x0300, heads: 0x3fd0000000000003fa00000 },
    Outline { code: 260, lengths: 0x0200, heads: 0x78001f8008780000000200000 },
    Outline { code: 261, lengths: 0x0200, heads: 0xff00500000 },
    Outline { code: 262, lengths: 0x0200, heads: 0x2430700208000000004000000 },
    Outline { code: 263, lengths: 0x0680, heads: 0x253eb8e0040008029000000 },
    Outline { code: 264, lengths: 0x0300, heads: 0x13f000ff000000000000000 },
    Outline { code: 265, lengths: 0x0280, heads: 0xc0300200000000000806ff800 },
    Outline { code: 266, lengths: 0x0100, heads: 0x1003ffffc00003ff00000 },
    Outline { code: 267, lengths: 0x0580, heads: 0x401ff97dffff8fdbfa00100 },
    Outline { code: 268, lengths: 0x0300, heads: 0x400f8400000000f03c00100 },
    Outline { code: 269, lengths: 0x0080, heads: 0x3ff3c000003ffffc0000000 },
    Outline { code: 290, lengths: 0x0030, heads: 0xfffff003ffffc00003ff00000 },
    Outline { code: 291, lengths: 0x0080, heads: 0x3ffffc0000000000003d800 },
    Outline { code: 297, lengths: 0x0080, heads: 0x904012625dd14000030000000 },
    Outline { code: 298, lengths: 0x0040, heads: 0x10e03ff84fffffffffff00000 },
    Outline { code: 299, lengths: 0x0040, heads: 0xfffff007fefffffffbff80000 },
    Outline { code: 350, lengths: 0x0100, heads: 0x1758000000700000 },
    Outline { code: 351, lengths: 0x0200, heads: 0x179011043d00000007fe10000 },
    Outline { code: 352, lengths: 0x0ff0, heads: 0xaf7fbfffe4fffffffffd00000 },
    Outline { code: 353, lengths: 0x0780, heads: 0xfefee14ffef3fff003feffc00 },
    Outline { code: 354, lengths: 0x0280, heads: 0x87fdf83feffffe4000000000 },
    Outline { code: 355, lengths: 0x03c0, heads: 0x7ff00780ffbfcffbfe00000 },
    Outline { code: 356, lengths: 0x0100, heads: 0xd1001a000001c00000ef00000 },
    Outline { code: 357, lengths: 0x0100, heads: 0xbcc0120400004000007c00000 },
    Outline { code: 358, lengths: 0x1fe0, heads: 0x7fdff0adff7fdffffffffe400 },
    Outline { code: 359, lengths: 0x03c0, heads: 0xffffffffffff8fefffff00000 },
    Outline { code: 370, lengths: 0x0100, heads: 0xc01007ff010766480000000 },
    Outline { code: 371, lengths: 0x0100, heads: 0x403003ff00000003ff00000 },
    Outline { code: 372, lengths: 0x0180, heads: 0x71ffffffffdf9cb00000000 },
    Outline { code: 373, lengths: 0x0100, heads: 0x401f0bff1a000ffffe00000 },
    Outline { code: 374, lengths: 0x0100, heads: 0xfed01200010829a0397c09c00 },
    Outline { code: 375, lengths: 0x0fc0, heads: 0x40700000000100223e38000 },
    Outline { code: 376, lengths: 0x0240, heads: 0xffffffffffffc00ffc00ffc00 },
    Outline { code: 377, lengths: 0x0300, heads: 0xe7481fffff00070ffc0000000 },
    Outline { code: 378, lengths: 0x0100, heads: 0x60842488000000000000 },
    Outline { code: 380, lengths: 0x0600, heads: 0xffe01abbfe3fdfaff80000000 },
    Outline { code: 381, lengths: 0x1fc0, heads: 0x401507ff00000fffffffc00 },
    Outline { code: 382, lengths: 0x0300, heads: 0xc001603c901c0303c0100000 },
    Outline { code: 383, lengths: 0x1f00, heads: 0x40100000003f8c030000000 },
    Outline { code: 385, lengths: 0x0380, heads: 0xe9c010d23703b9d0f80fffc00 },
    Outline { code: 386, lengths: 0x01e0, heads: 0x60f7ff30ff9ff7fdfc7f000 },
    Outline { code: 387, lengths: 0x0300, heads: 0x15507004ffffe00ffc0000000 },
    Outline { code: 389, lengths: 0x0100, heads: 0x3ffffc00ffdfc0796f00000 },
    Outline { code: 420, lengths: 0x1e00, heads: 0x3ac1ba3c01febc2e9bff00000 },
    Outline { code: 421, lengths: 0x02c0, heads: 0x7cfe3002217f9fe7fbfe00000 },
    Outline { code: 423, lengths: 0x0280, heads: 0x1ee07000000e724f00000 },
    Outline { code: 500, lengths: 0x0020, heads: 0xfffffffffffffff00000 },
    Outline { code: 501, lengths: 0x0880, heads: 0x145534ef515455154d00100 },
    Outline { code: 502, lengths: 0x0900, heads: 0x1ff3fcfffffffffcc0000 },
    Outline { code: 503, lengths: 0x0980, heads: 0x401fffffffc00003fe00000 },
    Outline { code: 504, lengths: 0x0100, heads: 0xfffffffc0000000ffdf400000 },
    Outline { code: 505, lengths: 0x0100, heads: 0x3ff783bc68000003ff00000 },
    Outline { code: 506, lengths: 0x0500, heads: 0x7f903c1f20fff004f600000 },
    Outline { code: 507, lengths: 0x0580, heads: 0xffdff7f7ff39c99fffffffc00 },
    Outline { code: 508, lengths: 0x0240, heads: 0xffffffffffffffffffff00000 },
    Outline { code: 509, lengths: 0x0100, heads: 0xf03ff00000583fffff2400000 },
    Outline { code: 590, lengths: 0x0200, heads: 0x2420700200800000000000000 },
    Outline { code: 591, lengths: 0x0100, heads: 0xfffff20450c616400000 },
    Outline { code: 592, lengths: 0x0080, heads: 0x3417ffff00c30031ee00000 },
    Outline { code: 593, lengths: 0x0300, heads: 0xfa0007f0fc3f1fc7f0fc00000 },
    Outline { code: 594, lengths: 0x0200, heads: 0x2020700200800000000000000 },
    Outline { code: 595, lengths: 0x07c0, heads: 0xf84ef7fc9b0ffffffff700000 },
    Outline { code: 596, lengths: 0x0200, heads: 0x2420700200800000000000000 },
    Outline { code: 597, lengths: 0x00c0, heads: 0xfffbf9017f3ff3fc0e00000 },
    Outline { code: 598, lengths: 0x09b0, heads: 0xffc0100000000fd003ffa0001 },
    Outline { code: 599, lengths: 0x0180, heads: 0x7c000e9c01000020080000000 },
    Outline { code: 670, lengths: 0x0180, heads: 0x4017f4000001eff83e00000 },
    Outline { code: 672, lengths: 0x0040, heads: 0x49c0007c00 },
    Outline { code: 673, lengths: 0x0080, heads: 0x3ffffc00ffffffffff00000 },
    Outline { code: 674, lengths: 0x0080, heads: 0x803ff20040080100000400000 },
    Outline { code: 675, lengths: 0x0180, heads: 0x6013effc10060a401c8140000 },
    Outline { code: 676, lengths: 0x00a0, heads: 0x803f1fff090c41f7ffff00100 },
    Outline { code: 677, lengths: 0x00a0, heads: 0xffff0ffb8f03d07ffffffe000 },
    Outline { code: 678, lengths: 0x00a0, heads: 0xfff3fc00ffd007e7fd00000 },
    Outline { code: 679, lengths: 0x0080, heads: 0xffff9ffce558c201ffff00000 },
    Outline { code: 680, lengths: 0x0080, heads: 0x5ac663fc46160040a000000 },
    Outline { code: 681, lengths: 0x0240, heads: 0x300d01000000010000000000 },
    Outline { code: 682, lengths: 0x0020, heads: 0x3ffffc00ffc3e3ebff00000 },
    Outline { code: 683, lengths: 0x0090, heads: 0x100ffffffffff0000000000 },
    Outline { code: 685, lengths: 0x04e0, heads: 0x2f97bbffffffffffff00000 },
    Outline { code: 686, lengths: 0x0120, heads: 0x3fffc08007fffffff00000 },
    Outline { code: 687, lengths: 0x0040, heads: 0xfffffffc00ffcfe1fff900020 },
    Outline { code: 688, lengths: 0x00e0, heads: 0x40000c0000000003fd00000 },
    Outline { code: 689, lengths: 0x0340, heads: 0x38100000002110000000000 },
    Outline { code: 690, lengths: 0x00f0, heads: 0x7000003ffffc1c00000 },
    Outline { code: 691, lengths: 0x0080, heads: 0x3f00400000000007b00000000 },
    Outline { code: 692, lengths: 0x0080, heads: 0xc050200101800000 },
    Outline { code: 800, lengths: 0x0100, heads: 0xffffffffffffffffffffffc01 },
    Outline { code: 808, lengths: 0x0100, heads: 0xffffffffffffffffffffffc00 },
    Outline { code: 850, lengths: 0x0500, heads: 0x20820822222280bff80000 },
    Outline { code: 852, lengths: 0x0b60, heads: 0x7fc1ffffffff8d5fcffe00000 },
    Outline { code: 853, lengths: 0x0100, heads: 0x3be0016c000000010000000 },
    Outline { code: 855, lengths: 0x0300, heads: 0xffffbfffff0f01c5f878ffc00 },
    Outline { code: 856, lengths: 0x0700, heads: 0x152048120480204c0b00000 },
    Outline { code: 870, lengths: 0x1200, heads: 0x703ffffc00fffff00000 },
    Outline { code: 878, lengths: 0x1000, heads: 0x400 },
    Outline { code: 880, lengths: 0x07c0, heads: 0x5fcffffffdfffff7ffbcfe800 },
    Outline { code: 881, lengths: 0x0600, heads: 0xffffffffff00000ffffffffff },
    Outline { code: 882, lengths: 0x1f80, heads: 0xc00000000001fe2bf90812400 },
    Outline { code: 883, lengths: 0x1f00, heads: 0x81fff777bfc00 },
    Outline { code: 886, lengths: 0x0780, heads: 0xfff9dffeff7f79fff1fd00000 },
    Outline { code: 888, lengths: 0x0800, heads: 0xfffffffffffffffffffffffff },
    Outline { code: 960, lengths: 0x0480, heads: 0xffc01ffde0000610240000000 },
    Outline { code: 961, lengths: 0x0180, heads: 0xfffffffffffffffffff2ffc00 },
    Outline { code: 962, lengths: 0x0300, heads: 0xffda3e5c3c02004010c000000 },
    Outline { code: 963, lengths: 0x0300, heads: 0xde4000000003c1a0683e7f800 },
    Outline { code: 964, lengths: 0x0700, heads: 0xfe0450240d3343affc00 },
    Outline { code: 965, lengths: 0x0180, heads: 0xffc00002fbb8c020003c40000 },
    Outline { code: 966, lengths: 0x0600, heads: 0x100100000fec000000037800 },
    Outline { code: 967, lengths: 0x0380, heads: 0x7fd381f13c4b17c7f000 },
    Outline { code: 968, lengths: 0x0380, heads: 0xffc01fd800004000007e00000 },
    Outline { code: 970, lengths: 0x0700, heads: 0x100400000900040000440000 },
    Outline { code: 971, lengths: 0x1fe0, heads: 0x7f4017f5fd5f5fd7f1fc00000 },
    Outline { code: 973, lengths: 0x0100, heads: 0x7fedd2064a00000ffc0032000 },
    Outline { code: 974, lengths: 0x0380, heads: 0x1fffffffe13ffc4a00000 },
    Outline { code: 975, lengths: 0x0180, heads: 0x9c3505c130e03807830000 },
    Outline { code: 976, lengths: 0x0700, heads: 0xfffebf9e415a4000007e0f800 },
    Outline { code: 977, lengths: 0x0500, heads: 0xfffdef8bfa3abd27aafa1fc00 },
    Outline { code: 979, lengths: 0x0200, heads: 0xffc0000000ffc00ffc00ffc00 },
    Outline { code: 992, lengths: 0x0200, heads: 0xfff83e8c40085936fc87e1fff },
    Outline { code: 993, lengths: 0x0100, heads: 0x1bff1905c0501403000 },
    Outline { code: 994, lengths: 0x0200, heads: 0x801002040108c510007f41400 },
    Outline { code: 995, lengths: 0x0200, heads: 0x180400fee9e3d00000000 },
    Outline { code: 996, lengths: 0x0600, heads: 0x80901284073dc00bd80500000 },
    Outline { code: 998, lengths: 0x0200, heads: 0xefd81ffee6084000200100000 },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_in_order() {
        assert!(OUTLINES.is_sorted_by_key(|outline| outline.code));
        assert!(PLANS.iter().all(|plan| plan.ranges.is_sorted_by_key(|range| range >> 16)));
    }

    #[test]
    fn a_trunk_prefix_after_the_country_code_is_skipped() {
        assert!(is_international(b"442071234567"));
        assert!(is_international(b"4402071234567"));
        assert!(!is_international(b"44001"));
    }

    #[test]
    fn national_numbers_are_told_by_their_prefix() {
        assert_eq!(is_national(b"4155550132"), Some(Format::NorthAmerican));
        assert_eq!(is_national(b"02071234567"), Some(Format::TrunkPrefix));
        assert_eq!(is_national(b"0015186400854"), Some(Format::International));
        assert_eq!(is_national(b"1234567"), None);
    }
}

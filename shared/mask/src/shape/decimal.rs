//! Decimal numbers of any length: the way between characters of several alphabets and digits of one radix.

/// `number * factor + term`, in decimal digits, the most significant first; what does not fit is dropped.
pub(super) fn multiply_add(number: &mut [u16], factor: u16, term: u16) {
    let mut carry = u32::from(term);
    for digit in number.iter_mut().rev() {
        let sum = u32::from(*digit) * u32::from(factor) + carry;
        *digit = (sum % 10) as u16;
        carry = sum / 10;
    }
}

/// Divides a decimal number in place and gives the rest.
pub(super) fn divide(number: &mut [u16], divisor: u16) -> u16 {
    let mut rest = 0_u32;
    for digit in number.iter_mut() {
        let part = rest * 10 + u32::from(*digit);
        *digit = (part / u32::from(divisor)) as u16;
        rest = part % u32::from(divisor);
    }
    rest as u16
}

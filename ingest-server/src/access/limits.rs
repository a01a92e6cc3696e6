//! Rates by address and by tenant, each remembered for as long as it matters and never beyond a bound.

use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};
use palet_units::TenantId;
use std::{hash::Hash, net::IpAddr, num::NonZeroU32};

use crate::config::LimitSettings;

type Limiter<K> =
    RateLimiter<K, HashMapStateStore<K>, MonotonicClock, NoOpMiddleware<<MonotonicClock as Clock>::Instant>>;

/// One rate for each key of a bounded number of keys.
struct Keyed<K: Hash + Eq + Clone> {
    limiter: Limiter<K>,
    remembered_max: usize,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(quota: Quota, remembered_max: usize) -> Self {
        let limiter = RateLimiter::new(quota, HashMapStateStore::default(), MonotonicClock);
        Self { limiter, remembered_max }
    }

    /// Whether `key` may go on. When too many are remembered, those at rest are forgotten; while all of them
    /// are busy, newcomers are refused rather than let in uncounted.
    fn allows(&self, key: &K) -> bool {
        if self.limiter.len() >= self.remembered_max {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
            if self.limiter.len() >= self.remembered_max {
                return false;
            }
        }
        self.limiter.check_key(key).is_ok()
    }
}

fn quota_per_s(rate: u32, burst: u32) -> Quota {
    let least_one = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(least_one(rate)).allow_burst(least_one(burst))
}

/// The rates of everything that comes from outside.
pub struct AddressLimits {
    opens: Keyed<IpAddr>,
    refusals: Keyed<IpAddr>,
    requests: Keyed<TenantId>,
}

impl AddressLimits {
    /// Limits by the settings.
    #[must_use]
    pub fn new(settings: &LimitSettings) -> Self {
        let remembered_max = settings.remembered_max;
        let per_min = NonZeroU32::new(settings.address_refusals_per_min).unwrap_or(NonZeroU32::MIN);
        Self {
            opens: Keyed::new(
                quota_per_s(settings.address_opens_per_s, settings.address_opens_burst),
                remembered_max,
            ),
            refusals: Keyed::new(Quota::per_minute(per_min), remembered_max),
            requests: Keyed::new(
                quota_per_s(settings.tenant_requests_per_s, settings.tenant_requests_burst),
                remembered_max,
            ),
        }
    }

    /// Whether one more socket or envelope from the address may be opened.
    #[must_use]
    pub fn allows_open(&self, address: IpAddr) -> bool {
        self.opens.allows(&address)
    }

    /// Counts a refused key; false once there were too many from the address.
    #[must_use]
    pub fn allows_refusal(&self, address: IpAddr) -> bool {
        self.refusals.allows(&address)
    }

    /// Whether one more request of the tenant may be served.
    #[must_use]
    pub fn allows_request(&self, tenant: &TenantId) -> bool {
        self.requests.allows(tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_burst_and_others_theirs() {
        let settings =
            LimitSettings { address_opens_per_s: 1, address_opens_burst: 3, ..LimitSettings::default() };
        let limits = AddressLimits::new(&settings);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        assert!((0..3).all(|_| limits.allows_open(one)));
        assert!(!limits.allows_open(one));
        assert!(limits.allows_open(other));
    }

    #[test]
    fn more_addresses_than_can_be_remembered_are_refused() {
        let settings = LimitSettings {
            address_opens_per_s: 1,
            address_opens_burst: 3,
            remembered_max: 16,
            ..LimitSettings::default()
        };
        let limits = AddressLimits::new(&settings);
        let let_in = (0..100).filter(|&n| limits.allows_open(IpAddr::from([10, 0, 0, n]))).count();
        assert_eq!(let_in, 16);
    }
}

//! Lists that may be long: they are written entry by entry, without a second list in memory.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::BadValue;

/// Values that are written as `Wire`, or what was read of such.
#[derive(Debug)]
pub(crate) enum List<'a, Value, Wire> {
    /// To be written.
    Of(&'a [Value]),
    /// Was read.
    Read(Vec<Wire>),
}

impl<'a, Value, Wire> List<'a, Value, Wire> {
    /// The values that were read.
    pub(crate) fn values(self) -> Result<Vec<Value>, BadValue>
    where
        Value: TryFrom<Wire, Error = BadValue>,
    {
        match self {
            Self::Of(_) => Ok(Vec::new()),
            Self::Read(wires) => convert(wires),
        }
    }
}

/// Converts what was read, one by one.
pub(crate) fn convert<Wire, Value>(wires: Vec<Wire>) -> Result<Vec<Value>, BadValue>
where
    Value: TryFrom<Wire, Error = BadValue>,
{
    wires.into_iter().map(Value::try_from).collect()
}

impl<'a, Value, Wire: Serialize + From<&'a Value>> Serialize for List<'a, Value, Wire> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Of(values) => serializer.collect_seq(values.iter().map(Wire::from)),
            Self::Read(wires) => serializer.collect_seq(wires),
        }
    }
}

impl<'de, Value, Wire: Deserialize<'de>> Deserialize<'de> for List<'_, Value, Wire> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::Read)
    }
}

#[cfg(test)]
impl<Value, Wire: schemars::JsonSchema> schemars::JsonSchema for List<'_, Value, Wire> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<Wire>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<Wire>::json_schema(generator)
    }
}

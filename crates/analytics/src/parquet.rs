//! Parquet of one statistics table. Polars' own writer alone; what the table is and what it stands on goes with it as key-value metadata.

use polars_arrow::array::{Array, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::record_batch::RecordBatchT;
use polars_parquet::write::{CompressionOptions, Encoding, FileWriter, KeyValue, StatisticsOptions, Version, WriteOptions, row_group_iter, to_parquet_schema};
use shiyan_foundation::Refusal;

use crate::sheets::{Kind, Sheet, Value};

const OPTIONS: fn() -> WriteOptions =
    || WriteOptions { statistics: StatisticsOptions::default(), version: Version::V1, compression: CompressionOptions::Zstd(None), data_page_size: None };

/// The table as one Parquet file: texts and whole numbers, either of which may be missing. The same table and words give the same bytes.
///
/// # Errors
/// `ANALYTICS-FAILED`, which names what the writer said.
pub fn parquet(sheet: &Sheet, said: &[(&str, String)]) -> Result<Vec<u8>, Refusal> {
    let failed = |e: &dyn std::fmt::Display| Refusal::new(crate::FAILED).with("detail", e);
    let dtype = |kind| if kind == Kind::Text { ArrowDataType::Utf8View } else { ArrowDataType::Int64 };
    let schema: ArrowSchema = sheet.columns.iter().map(|c| Field::new(c.key.into(), dtype(c.kind), true)).collect();
    let column = |at: usize, kind| -> Box<dyn Array> {
        let cells = sheet.rows.iter().map(|row| row.get(at));
        match kind {
            Kind::Text => {
                Box::new(Utf8ViewArray::from_slice(cells.map(|c| if let Some(Value::Text(t)) = c { Some(t.as_str()) } else { None }).collect::<Vec<_>>()))
            }
            Kind::Count => {
                let number = |c: Option<&Value>| if let Some(Value::Count(n)) = c { Some(*n) } else { None };
                Box::new(PrimitiveArray::<i64>::from(cells.map(number).collect::<Vec<_>>()))
            }
        }
    };
    let mut writer = FileWriter::try_new(Vec::new(), schema.clone(), OPTIONS()).map_err(|e| failed(&e))?;
    if !sheet.rows.is_empty() {
        let arrays = sheet.columns.iter().enumerate().map(|(at, c)| column(at, c.kind)).collect();
        let fields = to_parquet_schema(&schema).map_err(|e| failed(&e))?.fields().to_vec();
        let chunk = RecordBatchT::try_new(sheet.rows.len(), schema.into(), arrays).map_err(|e| failed(&e))?;
        let encodings: Vec<Vec<Encoding>> = sheet.columns.iter().map(|_| vec![Encoding::Plain]).collect();
        writer.write(sheet.rows.len() as u64, row_group_iter(chunk, encodings.into(), fields, OPTIONS())).map_err(|e| failed(&e))?;
    }
    let said = said.iter().map(|(key, value)| KeyValue { key: (*key).to_owned(), value: Some(value.clone()) }).collect();
    writer.end(Some(said)).map_err(|e| failed(&e))?;
    Ok(writer.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use polars_parquet::read::read_metadata;

    use super::*;
    use crate::sheets::Column;

    #[test]
    fn a_table_comes_back_with_its_columns_rows_and_what_it_stands_on() {
        let columns =
            vec![Column { key: "code", zh: "代码", en: "Code", kind: Kind::Text }, Column { key: "batches", zh: "批次", en: "Batches", kind: Kind::Count }];
        let rows = vec![vec![Value::Text("糕点".into()), Value::Count(7)], vec![Value::Nothing, Value::Nothing]];
        let sheet = Sheet { columns, rows, ..Sheet::none("by_class") };
        let said = [("scope", "监督抽检".to_owned()), ("sha256", sheet.sha256())];
        let bytes = parquet(&sheet, &said).unwrap();
        assert_eq!(bytes, parquet(&sheet, &said).unwrap());
        let meta = read_metadata(&mut Cursor::new(&bytes)).unwrap();
        assert_eq!(meta.num_rows, 2);
        let told: Vec<(String, String)> = meta.key_value_metadata().iter().flatten().map(|kv| (kv.key.clone(), kv.value.clone().unwrap_or_default())).collect();
        assert!(said.iter().all(|(key, value)| told.contains(&((*key).to_owned(), value.clone()))), "{told:?}");
        let nothing = Sheet { rows: Vec::new(), ..sheet };
        assert_eq!(read_metadata(&mut Cursor::new(&parquet(&nothing, &[]).unwrap())).unwrap().num_rows, 0);
    }
}

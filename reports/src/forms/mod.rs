//! 表格式文书 forms of the office: facts as far as they are known, and lines to write on for everything else. What a person signs or dates by hand is
//! never printed.

pub mod service_receipt;

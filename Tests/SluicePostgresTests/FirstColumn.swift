import SluicePostgres

// What tests read most: the first column, as one type or another.

func firstInt16(_ row: Row) throws(PostgresError) -> Int16 { try row.int16(0) }

func firstInt32(_ row: Row) throws(PostgresError) -> Int32 { try row.int32(0) }

func firstInt64(_ row: Row) throws(PostgresError) -> Int64 { try row.int64(0) }

func firstInt(_ row: Row) throws(PostgresError) -> Int { try row.int(0) }

func firstDouble(_ row: Row) throws(PostgresError) -> Double { try row.double(0) }

func firstBool(_ row: Row) throws(PostgresError) -> Bool { try row.bool(0) }

func firstText(_ row: Row) throws(PostgresError) -> String { try row.text(0) }

func firstBytes(_ row: Row) throws(PostgresError) -> [UInt8] { try row.bytes(0) }

func firstTimestamp(_ row: Row) throws(PostgresError) -> Int64 { try row.timestamp(0) }

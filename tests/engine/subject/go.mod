module t26eng/subject

go 1.21

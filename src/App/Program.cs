Console.WriteLine("jianwei 0.1.0");

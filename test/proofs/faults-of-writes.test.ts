import { proveFaults } from './fault-proof.ts'
import { writes } from './operations.ts'

proveFaults(writes, 'faults-writes', 'PUT and DELETE')

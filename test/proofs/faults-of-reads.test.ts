import { proveFaults } from './fault-proof.ts'
import { reads } from './operations.ts'

proveFaults(reads, 'faults-reads', 'Reads')

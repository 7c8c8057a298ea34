import { proveFaults } from './fault-proof.ts'
import { transfers } from './operations.ts'

proveFaults(transfers, 'faults-transfers', 'MOVE, COPY and calendars')
